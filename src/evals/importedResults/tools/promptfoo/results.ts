import {at, isObject, type JsonObject, objectsOf, textOf} from "../../../../data/datasets/index.js";
import {withoutCredentials} from "../../../../base/validation/index.js";
import {hashJson} from "../../../../base/system/index.js";
import type {ResultsContent} from "../../content.js";
import {finiteNumber, positiveOf, parsedScore, shortMembers} from "../../json.js";
import type {ImportedAnswer, ImportedScore} from "../../types.js";
import {fileOf, misshapen, numberedPlaces, type ForeignTool} from "../types.js";

/** Why a result failed, as promptfoo counts it: an assertion said no, or there was no answer. */
const ERROR = 2;

/**
 * Results that promptfoo writes with `--output results.json` or `.jsonl`. A row is a test: its `metadata.id`, else what
 * it says; the answers of `--repeat` are repeats of it. A candidate is a provider (with the prompt's label where it has
 * several). Scorers: `pass`, `score`, and every named metric; one that is named `pass` is `pass (metric)`.
 */
export const promptfoo: ForeignTool = {
  tool: "promptfoo",
  apart: true,
  matches: (content) => resultsIn(content)?.some(isResult) ?? false,
  read: async (contents) =>
    contents.map((content) => {
      const document = content.kind === "document" ? content.value : undefined;
      const results = resultsIn(content) ?? [];
      const broken = results.flatMap((result, i) => (isResult(result) ? [] : [i + 1]));
      if (broken.length > 0)
        throw misshapen(content.path, numberedPlaces("result", broken), "has no `provider` and `success`");
      const named = resultCandidates(results, objectsOf(at(document, "results", "prompts")));
      const rows = resultRowIds(results);
      return fileOf(content, {
        tool: "promptfoo",
        version: textOf(at(document, "metadata", "promptfooVersion")),
        title: textOf(at(document, "config", "description")),
        answers: results.map((result, i) => promptfooAnswer(result, rows[i]!, named[i]!))
      });
    })
};

function resultsIn(content: ResultsContent): JsonObject[] | undefined {
  if (content.kind === "lines") return content.objects;
  if (content.kind !== "document") return undefined;
  const results = at(content.value, "results", "results") ?? at(content.value, "results");
  return Array.isArray(results) ? results.map((one) => (isObject(one) ? one : {})) : undefined;
}

function isResult(result: JsonObject): boolean {
  return (
    "provider" in result &&
    "success" in result &&
    ("vars" in result || "prompt" in result || "testIdx" in result)
  );
}

/**
 * The name of each result's candidate. `promptIdx` numbers the columns, each a provider with a prompt; columns that would
 * have one name, as of a provider with two configurations, are numbered.
 */
function resultCandidates(results: readonly JsonObject[], prompts: readonly JsonObject[]): string[] {
  const labels = promptLabels(results, prompts);
  const promptsOf = new Map<string, Set<string>>();
  for (const result of results) {
    const provider = providerOf(result);
    promptsOf.set(provider, (promptsOf.get(provider) ?? new Set()).add(promptKey(result, prompts)));
  }
  const names = new Map<string, string>();
  const taken = new Set<string>();
  return results.map((result) => {
    const provider = providerOf(result);
    const prompt = promptKey(result, prompts);
    const column = JSON.stringify([result.promptIdx ?? null, provider, prompt]);
    const known = names.get(column);
    if (known !== undefined) return known;
    const own = promptsOf.get(provider)!.size > 1 ? `${provider} · ${labels.get(prompt)!}` : provider;
    let name = own;
    for (let n = 2; taken.has(name); n++) name = `${own} (${n})`;
    taken.add(name);
    names.set(column, name);
    return name;
  });
}

function providerOf({provider}: JsonObject): string {
  const name = isObject(provider) ? textOf(provider.label || provider.id) : textOf(provider);
  return name === undefined ? "unknown" : withoutCredentials(name);
}

/** A result's own prompt is filled with the test's variables: of a column without id and label, the template counts. */
function promptKey({promptIdx, prompt, promptId}: JsonObject, prompts: readonly JsonObject[]): string {
  const column = typeof promptIdx === "number" ? prompts[promptIdx] : undefined;
  return textOf(promptId || at(prompt, "label") || column?.id || column?.label || column?.raw) ?? "";
}

/** A prompt without a label is labelled with its text: too long for a name. */
function promptLabels(results: readonly JsonObject[], prompts: readonly JsonObject[]): Map<string, string> {
  const labels = new Map<string, string>();
  const taken = new Set<string>();
  for (const result of results) {
    const key = promptKey(result, prompts);
    if (labels.has(key)) continue;
    const label = textOf(at(result.prompt, "label")) ?? "";
    const short = label !== "" && label.length <= 40 && !/[\n{]/.test(label) && !taken.has(label);
    labels.set(key, short ? label : `prompt ${labels.size + 1}`);
    taken.add(labels.get(key)!);
  }
  return labels;
}

function promptfooAnswer(result: JsonObject, row: string, candidate: string): ImportedAnswer {
  const {provider, response} = result;
  const test = result.testCase;
  const failed = promptfooFailure(result);
  // Its own time and a cost of 0 are the cache's; the response may keep the model's.
  const isCached = at(response, "cached") === true;
  return {
    row,
    candidate,
    output: textOf(at(response, "output")),
    failed,
    scores: failed === undefined ? promptfooScores(result) : [],
    input: textOf(at(result.prompt, "raw")),
    expected: promptfooExpected(result),
    slices: {...shortMembers(result.vars), ...shortMembers(at(test, "metadata"))},
    model: isObject(provider) ? textOf(provider.id) : textOf(provider),
    latencyMs: positiveOf(isCached ? at(response, "latencyMs") : result.latencyMs),
    promptTokens: finiteNumber(at(response, "tokenUsage", "prompt")),
    completionTokens: finiteNumber(at(response, "tokenUsage", "completion")),
    costUsd: (isCached ? positiveOf : finiteNumber)(at(response, "cost")) ?? positiveOf(result.cost)
  };
}

/**
 * The row of each result: not by `testIdx` alone, which numbers repeats as tests and another configuration's tests alike. An
 * id that stands for several tests, as where a variable has several values, is told apart by them; equal tests are numbered.
 */
function resultRowIds(results: readonly JsonObject[]): string[] {
  const ids = contentIds(results);
  const places = new Map<string, Set<number>>();
  for (const [i, {testIdx}] of results.entries())
    if (typeof testIdx === "number")
      places.set(ids[i]!, (places.get(ids[i]!) ?? new Set<number>()).add(testIdx));
  // Every test is repeated as often, one repeat after another: a test with more places stands there several times.
  const repeats = commonest([...places.values()].map(({size}) => size));
  const orders = new Map([...places].map(([id, own]) => [id, [...own].sort((a, b) => a - b)]));
  return ids.map((id, i) => {
    const nth = Math.floor((orders.get(id)?.indexOf(results[i]!.testIdx as number) ?? 0) / repeats);
    return nth > 0 ? `${id} (${nth + 1})` : id;
  });
}

/** Of equally common numbers the smallest; 1 of none. */
function commonest(numbers: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const one of numbers) counts.set(one, (counts.get(one) ?? 0) + 1);
  const [found] = [...counts].sort(([a, n], [b, m]) => m - n || a - b);
  return found?.[0] ?? 1;
}

function contentIds(results: readonly JsonObject[]): string[] {
  const tests = results.map((result) => ({
    named: textOf(at(result.testCase, "metadata", "id")),
    hash: hashJson(testOf(result)).slice(0, 12)
  }));
  const hashes = new Map<string, Set<string>>();
  for (const {named, hash} of tests)
    if (named !== undefined) hashes.set(named, (hashes.get(named) ?? new Set()).add(hash));
  return tests.map(({named, hash}) =>
    named === undefined ? `test-${hash}` : hashes.get(named)!.size > 1 ? `${named}-${hash}` : named
  );
}

/** Variables that begin with an underscore are promptfoo's own, such as the conversation so far. */
function testOf({testCase, vars}: JsonObject): unknown {
  const stated = at(testCase, "vars") ?? vars ?? null;
  const own = isObject(stated)
    ? Object.fromEntries(Object.entries(stated).filter(([name]) => !name.startsWith("_")))
    : stated;
  return [at(testCase, "description") ?? null, own, at(testCase, "assert") ?? null];
}

/** An answer without an output is none, and not wrong, though promptfoo scores it 0. */
function promptfooFailure({response, failureReason, error}: JsonObject): string | undefined {
  const answered = (at(response, "output") ?? null) !== null;
  return failureReason === ERROR || (!answered && Boolean(error))
    ? (textOf(error) ?? "promptfoo kept no reason")
    : undefined;
}

function promptfooScores(result: JsonObject): ImportedScore[] {
  const reason = textOf(at(result.gradingResult, "reason"));
  const own: ImportedScore[] = [
    {
      scorer: "pass",
      value: parsedScore(result.success),
      details: reason === undefined ? undefined : {reason}
    },
    {scorer: "score", value: finiteNumber(result.score)}
  ];
  const named = isObject(result.namedScores) ? Object.entries(result.namedScores) : [];
  const isTaken = (name: string) => own.some(({scorer}) => scorer === name);
  return [
    ...own,
    ...named.map(([name, value]) => ({
      scorer: isTaken(name) ? `${name} (metric)` : name,
      value: finiteNumber(value)
    }))
  ];
}

/** What the first assertion with a value expects; nothing where a variable of it is not known. */
function promptfooExpected({testCase, vars}: JsonObject): unknown {
  const value = objectsOf(at(testCase, "assert")).find(
    (one) => one.value !== undefined && typeof one.type === "string" && /^i?(equals|contains)$/.test(one.type)
  )?.value;
  if (typeof value !== "string") return value;
  const values = {...objectOf(at(testCase, "vars")), ...objectOf(vars)};
  const place = /\{\{\s*([\w.]+)\s*\}\}/g;
  const valueOf = (name: string) => textOf(at(values, ...name.split(".")));
  const known = [...value.matchAll(place)].every(([, name]) => valueOf(name!) !== undefined);
  if (!known || /\{[{%]/.test(value.replaceAll(place, ""))) return undefined;
  return value.replaceAll(place, (_place, name: string) => valueOf(name)!);
}

const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});
