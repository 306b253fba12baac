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
} from "../../../../data/datasets/index.js";
import type {ResultsContent} from "../../content.js";
import {askedText, finiteNumber, shortMembers, resultTime} from "../../json.js";
import type {ImportedAnswer, ImportedFile, ImportedScore} from "../../types.js";
import {spentOf} from "./usage.js";
import {fileOf, misshapen, type ForeignTool} from "../types.js";

/**
 * Logs of Inspect, `.eval` or JSON. A row is a sample, with its task where the files have several; a repeat is an epoch,
 * the candidate the log's model. A log of a run that did not end holds the samples that did, and lacks the others.
 */
export const inspectResults: ForeignTool = {
  tool: "inspect",
  matches: (content) =>
    content.kind === "zip" ||
    (content.kind === "document" &&
      isObject(at(content.value, "eval")) &&
      at(content.value, "eval", "task") !== undefined),
  read: async (contents) => {
    const files: ImportedFile[] = [];
    for (const content of contents) {
      const {header, answers, untold} = await logOf(content);
      if (answers.length === 0)
        throw misshapen(
          content.path,
          "the log",
          "holds no samples: it was written with `--no-log-samples`, or cut"
        );
      const {notes, ...end} = endOf(header, answers.length);
      files.push(
        fileOf(content, {
          tool: "inspect",
          version: textOf(at(header, "eval", "packages", "inspect_ai")),
          title: textOf(at(header, "eval", "task")),
          answers,
          notes: untold === 0 ? notes : [...notes, untoldNote(untold)],
          ...end
        })
      );
    }
    return new Set(files.map(({title}) => title)).size > 1 ? files.map(byTask) : files;
  }
};

const untoldNote = (samples: number) =>
  `what the model spent on ${samples} of the samples is not known: a grader may have asked the same model, and the log does not tell its calls apart.`;

/** A run that was cut, cancelled or ended by an error mostly lacks samples. */
function endOf(header: JsonObject, held: number): Pick<ImportedFile, "notes" | "lacks" | "missing"> {
  if (header.status === "success") return {notes: []};
  const why = `run did not end (its status is ${textOf(header.status) ?? "started"})`;
  const planned = plannedIn(header);
  if (planned === undefined) return {notes: [], lacks: `may lack samples: its ${why}`};
  if (held < planned)
    return {
      notes: [],
      lacks: `holds ${held} of ${planned} samples: its ${why}`,
      missing: planned - held
    };
  return {notes: [`the ${why}, though all of its ${planned} samples are there.`]};
}

/** Samples times epochs; undefined where only some were chosen, as the header may count the whole dataset then. */
function plannedIn(header: JsonObject): number | undefined {
  const samples = finiteNumber(at(header, "eval", "dataset", "samples"));
  const {limit, sample_id, epochs} = objectOrEmpty(at(header, "eval", "config"));
  const most = limit === undefined || limit === null ? Infinity : finiteNumber(limit);
  if (samples === undefined || most === undefined || (sample_id ?? null) !== null) return undefined;
  return Math.min(samples, most) * (finiteNumber(epochs) ?? 1);
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

interface Log {
  header: JsonObject;
  answers: ImportedAnswer[];
  /** Of how many it is not known what the candidate spent. */
  untold: number;
}

/** Each sample becomes its answer as it is read: with their events, all would not fit into memory. */
async function logOf(content: ResultsContent): Promise<Log> {
  if (content.kind !== "zip") {
    const header = (content as {value: JsonObject}).value;
    const log: Log = {header, answers: [], untold: 0};
    for (const sample of objectsOf(header.samples)) addSample(log, sample);
    return log;
  }
  const {zip, path} = content;
  try {
    const packed = await inspectLog(path, zip);
    if (!packed)
      throw misshapen(path, "the zip file", "has no header.json and samples/, so it is no Inspect log");
    const log: Log = {header: packed.header, answers: [], untold: 0};
    for await (const sample of packed.samples) addSample(log, sample);
    return log;
  } finally {
    zip.close();
  }
}

function addSample(log: Log, sample: JsonObject): void {
  const error = textOf(at(sample, "error", "message"));
  const scores = isObject(sample.scores) ? Object.entries(sample.scores) : [];
  const epoch = finiteNumber(sample.epoch);
  const model = textOf(at(log.header, "eval", "model")) ?? "unknown";
  const invalid = inspectInvalidation(sample);
  const {untold, ...spent} = spentOf(log.header, sample, model);
  if (untold) log.untold++;
  log.answers.push({
    row: textOf(sample.id) ?? "",
    candidate: model,
    repeat: epoch === undefined ? undefined : epoch - 1,
    output: inspectOutput(sample),
    failed: scores.length === 0 && error !== undefined ? error : undefined,
    scores: scores
      .flatMap(([scorer, score]) => inspectScores(scorer, score))
      .map((score) => (invalid === undefined ? score : {...score, value: undefined, reason: invalid})),
    input: askedText(withAttachments(sample, sample.input)),
    expected: sample.target,
    slices: shortMembers(sample.metadata),
    model,
    ...spent,
    finishedAt: resultTime(sample.completed_at)
  });
}

/** A scorer may give several values by name: each is a scorer of its own then. */
function inspectScores(scorer: string, score: unknown): ImportedScore[] {
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

const objectOrEmpty = (value: unknown): JsonObject => (isObject(value) ? value : {});
