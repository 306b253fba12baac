import {
  at,
  inspectInvalidation,
  inspectLog,
  inspectOutput,
  inspectParts,
  isObject,
  type JsonObject,
  objectsOf,
  textOf,
  withAttachments
} from "../../datasets/index.js";
import type {Content} from "../content.js";
import {askedText, numberOf, slicesOf, timeOf} from "../json.js";
import type {ImportedAnswer, ImportedFile, ImportedScore} from "../types.js";
import {fileOf, misshapen, type ResultReader} from "./types.js";

/**
 * Logs of Inspect, `.eval` or JSON. A row is a sample, with its task where the files have several; a repeat is an epoch,
 * the candidate the log's model. A log of a run that did not end holds the samples that did, and says so.
 */
export const inspect: ResultReader = {
  tool: "inspect",
  matches: (content) =>
    content.kind === "zip" ||
    (content.kind === "document" &&
      isObject(at(content.value, "eval")) &&
      at(content.value, "eval", "task") !== undefined),
  read: async (contents) => {
    const files: ImportedFile[] = [];
    for (const content of contents) {
      const {header, answers} = await logOf(content);
      if (answers.length === 0)
        throw misshapen(
          content.path,
          "the log",
          "holds no samples: it was written with `--no-log-samples`, or cut"
        );
      files.push(
        fileOf(content, {
          tool: "inspect",
          version: textOf(at(header, "eval", "packages", "inspect_ai")),
          title: textOf(at(header, "eval", "task")),
          answers,
          // One that was cut, cancelled or ended by an error lacks samples.
          notes: header.status === "success" ? [] : [unended(content.path, header)]
        })
      );
    }
    return new Set(files.map(({title}) => title)).size > 1 ? files.map(byTask) : files;
  }
};

function unended(path: string, header: JsonObject): string {
  const status = textOf(header.status) ?? "started";
  return `${path}: the run did not end (its status is ${status}), so samples may be missing.`;
}

/** Samples of two tasks are no pair, though both count theirs from 1. */
function byTask(file: ImportedFile): ImportedFile {
  const {title: task} = file;
  if (task === undefined) return file;
  const answers = file.answers.map((answer) => ({
    ...answer,
    row: `${task}/${answer.row}`,
    slices: {...answer.slices, task}
  }));
  return {...file, answers};
}

/** Each sample becomes its answer as it is read: with their events, all would not fit into memory. */
async function logOf(content: Content): Promise<{header: JsonObject; answers: ImportedAnswer[]}> {
  if (content.kind !== "zip") {
    const header = (content as {value: JsonObject}).value;
    return {header, answers: objectsOf(header.samples).map((sample) => answerOf(header, sample))};
  }
  const {zip, path} = content;
  try {
    const log = await inspectLog(path, zip);
    if (!log)
      throw misshapen(path, "the zip file", "has no header.json and samples/, so it is no Inspect log");
    const answers: ImportedAnswer[] = [];
    for await (const sample of log.samples) answers.push(answerOf(log.header, sample));
    return {header: log.header, answers};
  } finally {
    zip.close();
  }
}

function answerOf(header: JsonObject, sample: JsonObject): ImportedAnswer {
  const error = textOf(at(sample, "error", "message"));
  const scores = isObject(sample.scores) ? Object.entries(sample.scores) : [];
  const epoch = numberOf(sample.epoch);
  const model = textOf(at(header, "eval", "model")) ?? "unknown";
  const invalid = inspectInvalidation(sample);
  return {
    row: textOf(sample.id) ?? "",
    candidate: model,
    repeat: epoch === undefined ? undefined : epoch - 1,
    output: inspectOutput(sample),
    failed: scores.length === 0 && error !== undefined ? error : undefined,
    scores: scores
      .flatMap(([scorer, score]) => scoresOf(scorer, score))
      .map((score) => (invalid === undefined ? score : {...score, value: undefined, reason: invalid})),
    input: askedText(withAttachments(sample, sample.input)),
    expected: sample.target,
    slices: slicesOf(sample.metadata),
    model,
    latencyMs: secondsOf(sample.working_time ?? sample.total_time),
    ...usageOf(at(sample.model_usage, model)),
    finishedAt: timeOf(sample.completed_at)
  };
}

/** A scorer may give several values by name: each is a scorer of its own then. */
function scoresOf(scorer: string, score: unknown): ImportedScore[] {
  const value = at(score, "value");
  const details = isObject(value)
    ? undefined
    : {answer: textOf(at(score, "answer")), explanation: textOf(at(score, "explanation"))};
  return inspectParts(scorer, value).map((part) => ({
    ...part,
    reason: part.value === undefined ? "the log holds no number" : undefined,
    details
  }));
}

/** The candidate's own: a grader's usage stands beside it, by the grader's model. */
function usageOf(
  usage: unknown
): Pick<ImportedAnswer, "promptTokens" | "completionTokens" | "cachedTokens" | "costUsd"> {
  const count = (name: string) => numberOf(at(usage, name));
  const [input, output, cached] = ["input_tokens", "output_tokens", "input_tokens_cache_read"].map(count);
  const cache = (cached ?? 0) + (count("input_tokens_cache_write") ?? 0);
  const rest = (count("total_tokens") ?? 0) - (input ?? 0) - (output ?? 0) - cache;
  // Some providers count what the cache took among the input, some beside it: the total tells.
  const beside = rest === 0 || rest === count("reasoning_tokens");
  return {
    promptTokens: input !== undefined && beside ? input + cache : input,
    completionTokens: output,
    cachedTokens: cached,
    costUsd: count("total_cost")
  };
}

const secondsOf = (value: unknown) => {
  const seconds = numberOf(value);
  return seconds === undefined ? undefined : seconds * 1000;
};
