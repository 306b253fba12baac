import {
  messageAnswer,
  at,
  isObject,
  type JsonObject,
  objectsOf,
  textOf
} from "../../../../data/datasets/index.js";
import type {ResultsContent} from "../../content.js";
import {askedText, finiteNumber, parsedScore, shortMembers, resultTime} from "../../json.js";
import {ProblemList} from "../../problems.js";
import {type KindedAnswer, type KindedScore, scorersApart} from "../../scorerNames.js";
import type {ImportedFile} from "../../types.js";
import {fileOf, misshapen, numberedPlaces, type ForeignTool} from "../types.js";

/**
 * OpenAI Evals: output items of runs (`GET …/output_items`: pages, lists, or one an line), with the eval and its runs
 * where they are in the files too. A row is a data source item, a candidate the run's model (the run's name where two
 * runs have one model). Scorers are the graders.
 */
export const openaiResults: ForeignTool = {
  tool: "openai-evals",
  matches: (content) =>
    objectsIn(content).some(({object}) => typeof object === "string" && object.startsWith("eval")),
  read: async (contents) => {
    assertItems(contents);
    const all = contents.flatMap(objectsIn);
    const runs = runsIn(all);
    const graders = gradersOf(all);
    const names = candidateByRun(all, runs);
    const title = all
      .map(({object, name}) => (object === "eval" ? textOf(name) : undefined))
      .find((name) => name);
    const files = contents.map((content) => {
      const answers = scorersApart(itemsIn(content).map((item) => openaiAnswer(item, {names, graders})));
      return fileOf(content, {tool: "openai-evals", title, answers, ...lackingIn(content, contents)});
    });
    if (files.every(({answers}) => answers.length === 0))
      throw misshapen(
        contents[0]!.path,
        "the export",
        "holds no output items, so there are no scores. Fetch `/v1/evals/EVAL/runs/RUN/output_items` too"
      );
    return files;
  }
};

const runsIn = (all: readonly JsonObject[]) =>
  new Map(all.filter(({object}) => object === "eval.run").map((run) => [textOf(run.id) ?? "", run]));

const itemsIn = (content: ResultsContent) =>
  objectsIn(content).filter(({object}) => object === "eval.run.output_item");

/** Throws a UserError with every item that does not say of which run or row it is. */
function assertItems(contents: readonly ResultsContent[]): void {
  const problems = new ProblemList();
  for (const content of contents) {
    const broken = itemsIn(content).flatMap(({run_id, datasource_item_id}, i) =>
      textOf(run_id) === undefined || datasource_item_id === undefined ? [i + 1] : []
    );
    if (broken.length > 0)
      problems.add(
        misshapen(
          content.path,
          numberedPlaces("output item", broken),
          "has no `run_id` and `datasource_item_id`"
        ).message
      );
  }
  problems.assertNone();
}

/** What OpenAI objects a file holds: one, a list, a page `{"object": "list", "data": […]}`, or several of them by name. */
export function objectsIn(content: ResultsContent): JsonObject[] {
  if (content.kind === "lines") return content.objects.flatMap(unfolded);
  return content.kind === "document" ? unfolded(content.value) : [];
}

const PARTS = ["eval", "run", "runs", "output_items", "items", "data"];

function unfolded(value: unknown, depth = 0): JsonObject[] {
  if (Array.isArray(value)) return depth > 3 ? [] : value.flatMap((one) => unfolded(one, depth + 1));
  if (!isObject(value)) return [];
  if (typeof value.object === "string" && value.object.startsWith("eval")) return [value];
  if (value.object === "list") return unfolded(value.data, depth + 1);
  return depth > 3 ? [] : PARTS.flatMap((name) => unfolded(value[name], depth + 1));
}

/** What is missing by a file's own word: pages that follow, the rest of a run that did not end. */
function lackingIn(
  content: ResultsContent,
  contents: readonly ResultsContent[]
): Pick<ImportedFile, "lacks" | "missing"> {
  const runs = objectsIn(content)
    .filter(({object}) => object === "eval.run")
    .flatMap((run) => lackingOf(run, contents) ?? []);
  const lacks = [
    ...(isUnfinished(content, contents)
      ? ["is not the last page (`has_more`): fetch the others, and name all files"]
      : []),
    ...runs.map(({lacks}) => lacks)
  ];
  return {
    lacks: lacks.length > 0 ? lacks.join(", and ") : undefined,
    missing: runs.reduce((sum, {missing}) => sum + missing, 0)
  };
}

/**
 * A page of output items says that more follows; the page on which its list ends may be in another file. Of an eval's
 * runs not all need to be compared.
 */
function isUnfinished(content: ResultsContent, contents: readonly ResultsContent[]): boolean {
  const ended = new Set(contents.flatMap(pagesIn).flatMap(({more, run}) => (more ? [] : [run])));
  return pagesIn(content).some(({more, run}) => more && !ended.has(run));
}

/** Undefined of a run that is whole, or of whose items none was fetched. */
function lackingOf(
  run: JsonObject,
  contents: readonly ResultsContent[]
): {lacks: string; missing: number} | undefined {
  const held = contents.flatMap(itemsIn).filter(({run_id}) => run_id === run.id).length;
  const total = finiteNumber(at(run, "result_counts", "total")) ?? 0;
  const status = textOf(run.status) ?? "completed";
  if (held === 0 || (status === "completed" && held >= total)) return undefined;
  const name = textOf(run.name) ?? textOf(run.id);
  const why = status === "completed" ? "" : `: it did not end (its status is ${status})`;
  const missing = Math.max(0, total - held);
  return {
    lacks:
      missing > 0
        ? `counts ${total} output items of the run ${name}, of which ${held} are there${why}`
        : `may lack output items of the run ${name}${why}`,
    missing
  };
}

interface ItemsPage {
  more: boolean;
  /** The run whose items it lists. */
  run: string;
}

/** Pages may stand one on a line. */
function pagesIn(content: ResultsContent): ItemsPage[] {
  if (content.kind === "lines") return content.objects.flatMap((one) => pagesOf(one));
  return content.kind === "document" ? pagesOf(content.value) : [];
}

function pagesOf(value: unknown, depth = 0): ItemsPage[] {
  if (depth > 3) return [];
  if (Array.isArray(value)) return value.flatMap((one) => pagesOf(one, depth + 1));
  if (!isObject(value)) return [];
  if (value.object !== "list") return PARTS.flatMap((name) => pagesOf(value[name], depth + 1));
  const [first] = objectsOf(value.data);
  return first?.object === "eval.run.output_item"
    ? [{more: value.has_more === true, run: textOf(first.run_id) ?? ""}]
    : [];
}

/** Names of graders by what results call them: by their names, or by ids that begin with these. */
function gradersOf(all: readonly JsonObject[]): Map<string, string> {
  return new Map(
    all
      .filter(({object}) => object === "eval")
      .flatMap(({testing_criteria}) => objectsOf(testing_criteria))
      .flatMap(({id, name}) =>
        [id, name].map((called) => [textOf(called) ?? "", textOf(name) ?? ""] as const)
      )
      .filter(([called, name]) => called !== "" && name !== "")
  );
}

/** The same of all objects of an export. */
export function candidateNames(all: readonly JsonObject[]): Map<string, string> {
  return candidateByRun(all, runsIn(all));
}

/** The name of each run's candidate. */
function candidateByRun(
  all: readonly JsonObject[],
  runs: ReadonlyMap<string, JsonObject>
): Map<string, string> {
  const models = new Map<string, string>();
  for (const item of all) {
    const run = textOf(item.run_id);
    if (item.object !== "eval.run.output_item" || run === undefined || models.has(run)) continue;
    const model = textOf(at(item, "sample", "model")) ?? textOf(runs.get(run)?.model);
    models.set(run, model && model !== "" ? model : (textOf(runs.get(run)?.name) ?? run));
  }
  const names = new Map<string, string>();
  for (const [run, model] of models) {
    const several = [...models.values()].filter((one) => one === model).length > 1;
    names.set(run, several ? `${model} (${textOf(runs.get(run)?.name) ?? run})` : model);
  }
  return names;
}

interface OpenaiNames {
  names: ReadonlyMap<string, string>;
  graders: ReadonlyMap<string, string>;
}

function openaiAnswer(item: JsonObject, {names, graders}: OpenaiNames): KindedAnswer {
  const run = textOf(item.run_id)!;
  const {sample} = item;
  const answer = objectsOf(at(sample, "output")).at(-1);
  // Where there is none, OpenAI writes an error without words.
  const error = textOf(at(sample, "error", "message") || at(sample, "error", "code") || undefined);
  const source = isObject(at(item.datasource_item, "item"))
    ? at(item.datasource_item, "item")
    : item.datasource_item;
  return {
    row: `item-${textOf(item.datasource_item_id)}`,
    candidate: names.get(run) ?? run,
    output: answer && messageAnswer(answer),
    failed: error,
    scores: error === undefined ? objectsOf(item.results).map((result) => scoreIn(result, graders)) : [],
    input: askedText(at(sample, "input")) ?? textOf(source),
    expected: openaiExpected(source),
    slices: shortMembers(source),
    model: textOf(at(sample, "model")),
    promptTokens: finiteNumber(at(sample, "usage", "prompt_tokens")),
    completionTokens: finiteNumber(at(sample, "usage", "completion_tokens")),
    cachedTokens: finiteNumber(at(sample, "usage", "cached_tokens")),
    finishedAt: resultTime(item.created_at)
  };
}

/** The eval may not be there: an id is a name with a UUID behind it. */
const UUID = /-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function scoreIn(result: JsonObject, graders: ReadonlyMap<string, string>): KindedScore {
  const name = textOf(result.name) ?? "grader";
  const scorer = graders.get(name) ?? name.replace(UUID, "");
  const value = finiteNumber(result.score) ?? parsedScore(result.passed);
  return {scorer, value, reason: value === undefined ? "the grader gave no score" : undefined, kind: ""};
}

function openaiExpected(source: unknown): unknown {
  for (const name of [
    "expected",
    "expected_output",
    "correct_label",
    "ground_truth",
    "reference",
    "label",
    "answer",
    "target"
  ])
    if (at(source, name) !== undefined) return at(source, name);
  return undefined;
}
