import {
  at,
  isObject,
  type JsonObject,
  lmEvalInput,
  lmEvalModel,
  lmEvalOutput,
  lmEvalResults,
  lmEvalTarget,
  lmEvalTask,
  objectsOf,
  textOf
} from "../../../data/datasets/index.js";
import {UserError} from "../../../base/validation/index.js";
import {hashJson} from "../../../base/system/index.js";
import type {ResultsContent} from "../content.js";
import {askedText, finiteNumber, shortMembers} from "../json.js";
import {requestSettings, withoutCounterpart} from "../projects/requestSettings.js";
import type {ImportedAnswer, ImportedFile, ImportedScore} from "../types.js";
import {fileOf, misshapen, numberedPlaces, type ForeignTool} from "./types.js";

const RESERVED = new Set(
  "doc_id doc target arguments resps filtered_resps filter metrics doc_hash prompt_hash target_hash".split(
    " "
  )
);

/** Smaller is better there, should the results file not say: as scores they would turn a verdict round. */
const COSTS =
  /(?:^|[^a-z\d])(?:perplexity|bits_per_byte|brier|[tcw]er|(?:log)?loss|r?mse|mae)(?:[^a-z\d]|$)/i;

/**
 * Samples that lm-evaluation-harness logs with `--log_samples`. A row is a document of a task; the candidate is the model
 * of the `results_….json` beside the file, else the folder that the harness named for the model. Of several filters of
 * one document each gives scorers of its own name. Documents of several tasks that are joined in one file are rows apart.
 */
export const lmEval: ForeignTool = {
  tool: "lm-eval",
  apart: true,
  matches: (content) =>
    (content.kind === "lines" && isSample(content.objects[0])) ||
    (content.kind === "document" && (isSample(content.value) || objectsOf(content.value).some(isSample))),
  read: async (contents) => {
    const files = [];
    for (const content of contents) files.push(await readSamples(content));
    return files;
  },
  requests: async ({path, ...content}) => {
    if (content.kind !== "lines") return undefined;
    const {params, left} = requestSettings(at(content.objects[0], "arguments", "gen_args_0", "arg_1"));
    return {path, params, rows: new Map(), dropped: withoutCounterpart(path, "setting", left)};
  }
};

async function readSamples(content: ResultsContent): Promise<ImportedFile> {
  const samples = samplesIn(content);
  const task = lmEvalTask(content.path);
  const beside = await lmEvalResults(content.path);
  const model = lmEvalModel(beside, content.path);
  const metrics: Metrics = {
    several: new Set(samples.map(({filter}) => filter)).size > 1,
    higherIsBetter: at(beside?.run, "higher_is_better", task ?? ""),
    skipped: new Set()
  };
  const byDocument = new Map<string, ImportedAnswer>();
  const broken = samples.flatMap((sample, i) => (isSample(sample) ? [] : [i + 1]));
  if (broken.length > 0)
    throw misshapen(content.path, numberedPlaces("line", broken), "has no `doc_id` and `doc`");
  const {rows, isJoined} = documentIds(samples, task);
  assertOnce(content.path, samples, rows);
  for (const [i, sample] of samples.entries()) {
    const row = rows[i]!;
    const scores = lmEvalScores(sample, metrics);
    const known = byDocument.get(row);
    if (known) known.scores.push(...scores);
    else byDocument.set(row, {...lmEvalAnswer(sample, row, model ?? "unknown", task), scores});
  }
  const left = [...metrics.skipped].join(", ");
  return fileOf(content, {
    tool: "lm-eval",
    version: textOf(at(beside?.run, "lm_eval_version") ?? at(beside?.run, "git_hash")),
    title: task,
    answers: [...byDocument.values()],
    beside: beside?.path,
    notes: [
      ...(left === "" ? [] : [`${left} left out: smaller is better there.`]),
      ...(isJoined
        ? ["one `doc_id` stands for several documents, which are told apart by their hashes."]
        : [])
    ]
  });
}

function samplesIn(content: ResultsContent): JsonObject[] {
  if (content.kind === "lines") return content.objects;
  if (content.kind !== "document") return [];
  return Array.isArray(content.value) ? objectsOf(content.value) : [content.value as JsonObject];
}

function isSample(value: unknown): boolean {
  return isObject(value) && "doc_id" in value && "doc" in value;
}

/** The row of each sample. Every task counts its documents from 0: where several were joined, the document tells. */
function documentIds(
  samples: readonly JsonObject[],
  task: string | undefined
): {rows: string[]; isJoined: boolean} {
  const named = samples.map(({doc_id, doc, doc_hash}) => ({
    id: [task, textOf(doc_id)].filter((part) => part !== undefined).join("/"),
    hash: textOf(doc_hash) ?? hashJson(doc ?? null)
  }));
  const hashes = new Map<string, Set<string>>();
  for (const {id, hash} of named) hashes.set(id, (hashes.get(id) ?? new Set()).add(hash));
  const isShared = (id: string) => hashes.get(id)!.size > 1;
  return {
    rows: named.map(({id, hash}) => (isShared(id) ? `${id}-${hash.slice(0, 12)}` : id)),
    isJoined: named.some(({id}) => isShared(id))
  };
}

/** A filter gives one sample of each document: two are of two runs, and their mean would be nobody's score. */
function assertOnce(path: string, samples: readonly JsonObject[], rows: readonly string[]): void {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const [i, {filter}] of samples.entries()) {
    const key = JSON.stringify([rows[i], filter ?? null]);
    if (seen.has(key)) twice.add(rows[i]!);
    seen.add(key);
  }
  if (twice.size === 0) return;
  const unfiltered = samples.every(({filter}) => filter === undefined)
    ? " Where they are of several filters, which the file does not name, keep the lines of one."
    : "";
  throw new UserError(
    `${path} holds ${numberedPlaces("document", [...twice])} twice. Name the samples_TASK_….jsonl of one run, as lm-eval wrote it.${unfiltered}`
  );
}

interface Metrics {
  /** Whether documents have several filters, which their scorers' names then tell apart. */
  several: boolean;
  /** What the results file says of the task's metrics. */
  higherIsBetter: unknown;
  /** Names of those that were left out. */
  skipped: Set<string>;
}

function lmEvalScores(sample: JsonObject, {several, higherIsBetter, skipped}: Metrics): ImportedScore[] {
  const listed = Array.isArray(sample.metrics) ? sample.metrics.map(String) : undefined;
  return (listed ?? Object.keys(sample)).flatMap((name): ImportedScore[] => {
    const value =
      finiteNumber(sample[name]) ?? (typeof sample[name] === "boolean" ? Number(sample[name]) : undefined);
    const lost = listed !== undefined && sample[name] === null;
    if (RESERVED.has(name) || (value === undefined && !lost)) return [];
    const stated = at(higherIsBetter, name);
    if (typeof stated === "boolean" ? !stated : COSTS.test(name)) {
      skipped.add(name);
      return [];
    }
    const scorer = several ? `${name},${textOf(sample.filter)}` : name;
    return [{scorer, value, reason: value === undefined ? "the file holds no number" : undefined}];
  });
}

function lmEvalAnswer(
  sample: JsonObject,
  row: string,
  model: string,
  task: string | undefined
): Omit<ImportedAnswer, "scores"> {
  const slices = shortMembers(sample.doc);
  return {
    row,
    candidate: model,
    output: lmEvalOutput(sample),
    input: askedText(lmEvalInput(sample)),
    expected: lmEvalTarget(sample),
    slices: task === undefined ? slices : {...slices, task},
    model
  };
}
