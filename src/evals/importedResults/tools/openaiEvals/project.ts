import {at, isObject, objectsOf, textOf} from "../../../../data/datasets/index.js";
import {combine} from "../../combine.js";
import type {ResultsContent} from "../../content.js";
import {candidateNames, objectsIn} from "./results.js";
import type {ImportedFile} from "../../types.js";
import {requestSettings} from "../../projects/requestSettings.js";
import {outputsOf, TAKEN, unreached} from "../../projects/logProject.js";
import {reachOf} from "../../projects/providers.js";
import type {ForeignProject, ForeignPrompt, ForeignRow} from "../../projects/types.js";

/**
 * An OpenAI Evals export as a project: data source items are the rows, the runs' templates the prompts, their models the
 * candidates, and graders that compare texts the assertions. Outputs, where the export has them, are replayed.
 */
export function openaiProject(
  contents: readonly ResultsContent[],
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
  const prompts = templatePrompts(runs, dropped);
  const answered = files.some(({answers}) => answers.length > 0);
  const combined = answered ? combine(files) : undefined;
  const models = [
    ...new Set(runs.flatMap(({model, data_source}) => textOf(at(data_source, "model") ?? model) ?? []))
  ];
  const runOf = runsByCandidate(all, runs);
  const candidates = (combined?.candidates ?? models.map((model) => ({name: model, model}))).map(
    ({name: candidate, model}) => ({
      name: candidate,
      params: paramsOf(runOf(candidate), dropped),
      ...reachOf(`openai:${model}`)
    })
  );
  if (answered && prompts.length > 1)
    dropped.push(
      `the replay states the first prompt alone; others, of further runs: ${JSON.stringify(prompts.slice(1))}`
    );
  return {
    name,
    title: textOf(evaluation?.name) ?? name,
    tool: "openai-evals",
    rows,
    text: longestText(rows),
    prompts,
    expected: "assert",
    scorers: [{name: "pass", code: "assertions()", imports: ["assertions"]}],
    candidates,
    outputs: combined && outputsOf(combined.answers),
    repeats: combined?.repeats ?? 1,
    scored: answered,
    dropped: [...dropped, ...unreached(candidates)]
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

function templatePrompts(runs: readonly Record<string, unknown>[], dropped: string[]): ForeignPrompt[] {
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

/** The run of a candidate: of the items' answers, whose model may be dated where the run's is not, else the one that asks this model. */
function runsByCandidate(
  all: readonly Record<string, unknown>[],
  runs: readonly Record<string, unknown>[]
): (candidate: string) => Record<string, unknown> | undefined {
  const names = candidateNames(all);
  return (candidate) =>
    runs.find(({id}) => names.get(textOf(id) ?? "") === candidate) ??
    runs.find((run) => textOf(at(run.data_source, "model") ?? run.model) === candidate);
}

function paramsOf(run: Record<string, unknown> | undefined, dropped: string[]): Record<string, unknown> {
  const {params, left} = requestSettings(at(run?.data_source, "sampling_params"));
  const name = textOf(run?.name ?? run?.id);
  dropped.push(...left.map((setting) => `run ${name}: the setting ${setting} has no counterpart`));
  return params;
}

function longestText(rows: readonly ForeignRow[]): string | undefined {
  const first = rows[0] ?? {};
  return Object.entries(first)
    .filter(([key, value]) => !TAKEN.has(key) && typeof value === "string")
    .sort((a, b) => String(b[1]).length - String(a[1]).length)[0]?.[0];
}
