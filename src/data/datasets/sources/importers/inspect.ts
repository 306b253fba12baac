import {open} from "node:fs/promises";
import {withAttachments, inspectLog, inspectInvalidation, inspectOutput} from "./inspectLog.js";
import {inspectParts} from "./inspectValue.js";
import {at, isObject, type JsonObject, objectsOf, readDocument, textOf, wrongShape} from "./json.js";
import {promptText, toolCalls} from "./messages.js";
import {FORMER_ID} from "../types.js";
import type {Importer} from "./types.js";
import {openZip} from "./zip.js";

/**
 * Samples of an Inspect log, `.eval` or JSON: one row for each sample and epoch, its scores by scorer in `scores`. A log of
 * a run that did not end has the samples that did.
 */
export const inspect: Importer = async function* (file) {
  if (await isZip(file)) {
    yield* packedRows(file);
    return;
  }
  const log = await readDocument(file);
  if (!isObject(log) || !isObject(log.eval) || !Array.isArray(log.samples))
    throw wrongShape(file, "an Inspect log in JSON with `eval` and `samples`");
  for (const sample of objectsOf(log.samples)) yield rowOf(log.eval, sample);
};

async function isZip(file: string): Promise<boolean> {
  if (/\.eval$/i.test(file)) return true;
  const handle = await open(file);
  try {
    const {buffer, bytesRead} = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.readUInt32LE() === 0x04034b50;
  } finally {
    await handle.close();
  }
}

async function* packedRows(file: string): AsyncGenerator<object> {
  const zip = await openZip(file);
  try {
    const log = await inspectLog(file, zip);
    const evaluated = log?.header.eval;
    if (!log || !isObject(evaluated))
      throw wrongShape(file, "an Inspect log: a zip file with header.json and samples/");
    for await (const sample of log.samples) yield rowOf(evaluated, sample);
  } finally {
    zip.close();
  }
}

function rowOf(evaluated: JsonObject, sample: JsonObject): object {
  const {task, model} = evaluated;
  const scores = isObject(sample.scores) ? Object.entries(sample.scores) : [];
  const counts = inspectInvalidation(sample) === undefined;
  const message = objectsOf(at(sample, "output", "choices"))[0]?.message;
  return {
    id: [...evalOf(evaluated), textOf(sample.id), textOf(sample.epoch) ?? "1"].join("/"),
    [FORMER_ID]: `${textOf(evaluated.run_id)}/${textOf(sample.id)}/${textOf(sample.epoch) ?? "1"}`,
    task,
    model,
    sample: textOf(sample.id),
    epoch: sample.epoch,
    input: promptText(withAttachments(sample, sample.input)),
    target: Array.isArray(sample.target) ? sample.target.map(textOf).join("\n") : textOf(sample.target),
    output: inspectOutput(sample),
    tool_calls: isObject(message) ? toolCalls(withAttachments(sample, message) as JsonObject) : undefined,
    scores: scores.flatMap(([scorer, score]) =>
      inspectParts(scorer, at(score, "value")).map((part) => ({
        scorer: part.scorer,
        value: counts ? part.value : undefined,
        answer: textOf(at(score, "answer"))
      }))
    ),
    error: isObject(sample.error) ? textOf(sample.error.message) : undefined
  };
}

/** What tells a log from the others of its run. Older ones have no id of their own, or an empty one. */
function evalOf({eval_id, run_id, task, model, task_id}: JsonObject): string[] {
  const parts = textOf(eval_id) ? [eval_id] : [run_id, task, model, task_id];
  return parts.flatMap((part) => textOf(part) || []);
}
