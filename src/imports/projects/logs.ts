import {at, isObject, objectsOf, textOf} from "../../datasets/index.js";
import {combine} from "../combine.js";
import type {Content} from "../content.js";
import {objectsIn} from "../readers/openaiEvals.js";
import type {ImportedFile} from "../types.js";
import {reachOf} from "./providers.js";
import type {ForeignProject, ForeignPrompt, ForeignRow} from "./types.js";

/** Inspect's scorers and lm-eval's metrics by name, and what stands for them here. */
const SCORERS: Readonly<Record<string, {code: string; imports: string[]; near?: string}>> = {
  exact: {
    code: "normalizedMatch()",
    imports: ["normalizedMatch"],
    near: "exact normalises a little differently"
  },
  match: {
    code: "includes({ignoreCase: true})",
    imports: ["includes"],
    near: "match looks at the end (or the beginning) of the output, includes anywhere"
  },
  includes: {code: "includes({ignoreCase: true})", imports: ["includes"]},
  f1: {code: "tokenF1", imports: ["tokenF1"]},
  exact_match: {code: "exactMatch", imports: ["exactMatch"]},
  bleu: {code: "bleu()", imports: ["bleu"]},
  chrf: {code: "chrf()", imports: ["chrf"]},
  rougeL: {code: 'rouge({type: "rougeL"})', imports: ["rouge"]}
};

/**
 * A log with outputs and scores (Inspect, lm-eval) as a project: its samples are the dataset, its outputs are replayed and
 * scored by what stands for its scorers.
 */
export function logProject(files: readonly ImportedFile[], name: string): ForeignProject {
  const combined = combine(files);
  const dropped: string[] = [];
  const rows = combined.rows.map(({id, input, expected, slices}): ForeignRow => {
    const own = Object.fromEntries(Object.entries(slices).filter(([key]) => !TAKEN.has(key)));
    return {id, part: "test", ...own, input: input ?? "", target: expected ?? null};
  });
  const scorers = combined.scorers.flatMap(({name: scorer}) => {
    const known = SCORERS[scorer.split(",")[0]!];
    if (!known) dropped.push(`scorer ${scorer}: has no counterpart; its scores are in the imported eval`);
    if (known?.near) dropped.push(`scorer ${scorer}: ${known.code} stands for it; ${known.near}`);
    return known ? [{name: scorer.replaceAll(/\W+/g, "_"), code: known.code, imports: known.imports}] : [];
  });
  return {
    name,
    title: files.find(({title}) => title)?.title ?? name,
    tool: files[0]!.tool,
    rows,
    text: "input",
    prompts: [{name: "as it was asked", content: "{{input}}"}],
    expected: "target",
    scorers:
      scorers.length > 0
        ? scorers
        : [{name: "exact", code: "normalizedMatch()", imports: ["normalizedMatch"]}],
    candidates: combined.candidates.map(({name: candidate, model}) => ({
      name: candidate,
      params: {},
      ...reachOf(model)
    })),
    outputs: outputsOf(combined.answers),
    repeats: combined.repeats,
    scored: true,
    dropped
  };
}

const TAKEN = new Set(["id", "part", "input", "target", "row_id", "row_hash", "assert"]);

function outputsOf(answers: ReturnType<typeof combine>["answers"]): NonNullable<ForeignProject["outputs"]> {
  return answers.flatMap(({row: id, candidate, repeat, output}) =>
    output === undefined ? [] : [{id, candidate, repeat, output}]
  );
}

/**
 * An OpenAI Evals export as a project: data source items are the rows, the runs' templates the prompts, their models the
 * candidates, and graders that compare texts the assertions. Outputs, where the export has them, are replayed.
 */
export function openaiProject(
  contents: readonly Content[],
  files: readonly ImportedFile[],
  name: string
): ForeignProject {
  const all = contents.flatMap(objectsIn);
  const evaluation = all.find(({object}) => object === "eval");
  const runs = all.filter(({object}) => object === "eval.run");
  const dropped: string[] = [];
  const graders = objectsOf(evaluation?.testing_criteria).flatMap((grader, i) => {
    const found = graderOf(grader);
    if (typeof found === "string") dropped.push(`testing_criteria[${i}]: ${found}`);
    return typeof found === "string" ? [] : [found];
  });
  const rows = itemsOf(all, runs).map(([id, item]): ForeignRow => {
    const own = Object.fromEntries(Object.entries(item).filter(([key]) => !TAKEN.has(key)));
    const asserts = graders.map((grader) => ({...grader, value: filled(grader.value, item)}));
    return {id, part: "test", ...own, assert: JSON.stringify(asserts)};
  });
  const prompts = promptsOf(runs, dropped);
  const answered = files.some(({answers}) => answers.length > 0);
  const combined = answered ? combine(files) : undefined;
  const models = [
    ...new Set(runs.flatMap(({model, data_source}) => textOf(at(data_source, "model") ?? model) ?? []))
  ];
  const candidates = combined?.candidates ?? models.map((model) => ({name: model, model}));
  return {
    name,
    title: textOf(evaluation?.name) ?? name,
    tool: "openai-evals",
    rows,
    text: longestText(rows),
    prompts,
    expected: "assert",
    scorers: [{name: "pass", code: "assertions()", imports: ["assertions"]}],
    candidates: candidates.map(({name: candidate, model}) => ({
      name: candidate,
      params: paramsOf(runs, model),
      ...reachOf(`openai:${model}`)
    })),
    outputs: combined && outputsOf(combined.answers),
    repeats: combined?.repeats ?? 1,
    scored: answered,
    dropped
  };
}

/** An assertion with its value as a template, or why there is none. */
function graderOf(
  grader: Record<string, unknown>
): {type: string; value: string; metric?: string; threshold?: number} | string {
  const {type, name, operation, reference, input, evaluation_metric, pass_threshold} = grader;
  const metric = textOf(name);
  if (type !== "string_check" && type !== "text_similarity")
    return `${metric ?? "a grader"} is a ${textOf(type)}: ${type === "python" ? "write it as a scorer" : "add judgeRating for it"}`;
  if (!/^\{\{\s*sample\.output_text\s*\}\}$/.test(textOf(input)?.trim() ?? ""))
    return `${metric ?? "a grader"} looks at ${textOf(input)} and not at the output's text`;
  const value = textOf(reference) ?? "";
  if (type === "text_similarity") {
    const known = {bleu: "bleu", rouge_1: "rouge-n"}[textOf(evaluation_metric) ?? ""];
    if (known === undefined)
      return `${metric ?? "a grader"} measures ${textOf(evaluation_metric)}, which has no counterpart`;
    return {
      type: known,
      value,
      metric,
      threshold: typeof pass_threshold === "number" ? pass_threshold : undefined
    };
  }
  const known = {eq: "equals", ne: "not-equals", like: "contains", ilike: "icontains"}[
    textOf(operation) ?? ""
  ];
  return known === undefined
    ? `${metric ?? "a grader"} compares by ${textOf(operation)}`
    : {type: known, value, metric};
}

/** Items of the runs' answers, else those that a run's data source holds. */
function itemsOf(all: readonly Record<string, unknown>[], runs: readonly Record<string, unknown>[]) {
  const items = new Map<string, Record<string, unknown>>();
  const unwrapped = (value: unknown) => (isObject(at(value, "item")) ? at(value, "item") : value);
  for (const one of all)
    if (one.object === "eval.run.output_item") {
      const item = unwrapped(one.datasource_item);
      if (isObject(item)) items.set(`item-${textOf(one.datasource_item_id)}`, item);
    }
  if (items.size === 0)
    for (const run of runs)
      objectsOf(at(run.data_source, "source", "content")).forEach((one, i) => {
        const item = unwrapped(one);
        if (isObject(item)) items.set(`item-${i}`, item);
      });
  return [...items];
}

function promptsOf(runs: readonly Record<string, unknown>[], dropped: string[]): ForeignPrompt[] {
  const prompts = new Map<string, ForeignPrompt>();
  for (const run of runs) {
    const template = objectsOf(at(run.data_source, "input_messages", "template"));
    const messages = template.flatMap(({role, content}) => {
      const text = typeof content === "string" ? content : textOf(at(content, "text"));
      return text === undefined
        ? []
        : [{role: role === "developer" ? "system" : (textOf(role) ?? "user"), content: places(text)}];
    });
    if (messages.length < template.length)
      dropped.push(`run ${textOf(run.name ?? run.id)}: messages that are no text are not taken over`);
    if (messages.length > 0)
      prompts.set(JSON.stringify(messages), {name: `prompt ${prompts.size + 1}`, content: messages});
  }
  return [...prompts.values()];
}

/** `{{ item.question }}` is the column `question`. */
const places = (text: string) => text.replaceAll(/\{\{\s*item\.([\w.]+)\s*\}\}/g, "{{$1}}");

function filled(value: string, item: Record<string, unknown>): string {
  return value.replaceAll(/\{\{\s*item\.(\w+)\s*\}\}/g, (place, key: string) => textOf(item[key]) ?? place);
}

function paramsOf(runs: readonly Record<string, unknown>[], model: string): Record<string, unknown> {
  const run = runs.find((one) => textOf(at(one.data_source, "model") ?? one.model) === model);
  const {temperature, top_p, seed, max_completion_tokens} = (at(run?.data_source, "sampling_params") ??
    {}) as Record<string, unknown>;
  const params = {temperature, top_p, seed, max_tokens: max_completion_tokens};
  return Object.fromEntries(Object.entries(params).filter(([, value]) => typeof value === "number"));
}

function longestText(rows: readonly ForeignRow[]): string | undefined {
  const first = rows[0] ?? {};
  return Object.entries(first)
    .filter(([key, value]) => !TAKEN.has(key) && typeof value === "string")
    .sort((a, b) => String(b[1]).length - String(a[1]).length)[0]?.[0];
}
