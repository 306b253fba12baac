import {at, isObject, type JsonObject, objectsOf, textOf} from "../../datasets/index.js";
import {hashJson} from "../../store/index.js";
import type {Content} from "../content.js";
import {numberOf, scoreOf, slicesOf} from "../json.js";
import type {ImportedAnswer, ImportedScore} from "../types.js";
import {fileOf, misshapen, type ResultReader} from "./types.js";

/** Why a result failed, as promptfoo counts it: an assertion said no, or there was no answer. */
const ERROR = 2;

/**
 * Results that promptfoo writes with `--output results.json` or `.jsonl`. A row is a test, a candidate a provider (with
 * the prompt's label where there are several). Scorers: `pass`, `score`, and every named metric.
 */
export const promptfoo: ResultReader = {
  tool: "promptfoo",
  matches: (content) => resultsIn(content)?.some(isResult) ?? false,
  read: async (contents) =>
    contents.map((content) => {
      const document = content.kind === "document" ? content.value : undefined;
      const results = resultsIn(content) ?? [];
      const prompts = new Set(results.map(promptKey));
      const labels = labelsOf(results);
      return fileOf(content, {
        tool: "promptfoo",
        version: textOf(at(document, "metadata", "promptfooVersion")),
        title: textOf(at(document, "config", "description")),
        answers: results.map((result, i) =>
          answerOf(content.path, result, i, prompts.size > 1 ? labels.get(promptKey(result)) : undefined)
        )
      });
    })
};

function resultsIn(content: Content): JsonObject[] | undefined {
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

const promptKey = ({promptIdx, prompt, promptId}: JsonObject) =>
  String(promptIdx ?? promptId ?? textOf(at(prompt, "label") ?? at(prompt, "raw")));

/** A prompt without a label is labelled with its text: too long for a name. */
function labelsOf(results: readonly JsonObject[]): Map<string, string> {
  const labels = new Map<string, string>();
  for (const result of results) {
    const key = promptKey(result);
    if (labels.has(key)) continue;
    const label = textOf(at(result.prompt, "label"));
    const short = label !== undefined && label.length <= 40 && !/[\n{]/.test(label);
    labels.set(key, short ? label : `prompt ${labels.size + 1}`);
  }
  return labels;
}

function answerOf(path: string, result: JsonObject, i: number, prompt: string | undefined): ImportedAnswer {
  if (!isResult(result)) throw misshapen(path, `result ${i + 1}`, "has no `provider` and `success`");
  const {provider, response} = result;
  const name = isObject(provider) ? textOf(provider.label || provider.id) : textOf(provider);
  const test = result.testCase;
  const failed = failureOf(result);
  return {
    row: rowOf(result),
    candidate: [name ?? "unknown", prompt].filter((part) => part !== undefined).join(" · "),
    output: textOf(at(response, "output")),
    failed,
    scores: failed === undefined ? scoresOf(result) : [],
    input: textOf(at(result.prompt, "raw")),
    expected: expectedOf(test),
    slices: {...slicesOf(result.vars), ...slicesOf(at(test, "metadata"))},
    model: isObject(provider) ? textOf(provider.id) : textOf(provider),
    latencyMs: numberOf(result.latencyMs),
    promptTokens: numberOf(at(response, "tokenUsage", "prompt")),
    completionTokens: numberOf(at(response, "tokenUsage", "completion")),
    costUsd: numberOf(at(response, "cost") ?? result.cost)
  };
}

/** Tests are numbered; older files are told apart by their variables. */
function rowOf({testIdx, testCase, vars}: JsonObject): string {
  const named = textOf(at(testCase, "metadata", "id"));
  if (named !== undefined) return named;
  return typeof testIdx === "number" ? `test-${testIdx}` : `test-${hashJson(vars ?? {}).slice(0, 12)}`;
}

function failureOf(result: JsonObject): string | undefined {
  const answered = at(result.response, "output") !== undefined && at(result.response, "output") !== null;
  const wrong =
    result.failureReason === undefined ? !answered && Boolean(result.error) : result.failureReason === ERROR;
  return wrong ? (textOf(result.error) ?? "promptfoo kept no reason") : undefined;
}

function scoresOf(result: JsonObject): ImportedScore[] {
  const reason = textOf(at(result.gradingResult, "reason"));
  const own: ImportedScore[] = [
    {scorer: "pass", value: scoreOf(result.success), details: reason === undefined ? undefined : {reason}},
    {scorer: "score", value: numberOf(result.score)}
  ];
  const named = isObject(result.namedScores) ? Object.entries(result.namedScores) : [];
  return [...own, ...named.map(([scorer, value]) => ({scorer, value: numberOf(value)}))];
}

/** What the first assertion with a value expects. */
function expectedOf(test: unknown): unknown {
  return objectsOf(at(test, "assert")).find(
    ({type, value}) => value !== undefined && typeof type === "string" && /^i?(equals|contains)$/.test(type)
  )?.value;
}
