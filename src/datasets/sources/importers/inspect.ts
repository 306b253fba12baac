import {open} from "node:fs/promises";
import {exactJson, UserError} from "../../../store/index.js";
import {isObject, type JsonObject, objectsOf, readDocument, textOf, wrongShape} from "./json.js";
import {promptText} from "./messages.js";
import type {Importer} from "./types.js";
import {openZip, type Zip} from "./zip.js";

/** A sample's score as Inspect keeps it: "C" correct, "P" partially, "I" incorrect, "N" no answer, or a number. */
export function inspectValue(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  return {C: 1, P: 0.5, I: 0, N: 0}[String(value)];
}

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

/** The header is written last; before it, the journal's start says what was evaluated. */
const HEADERS = ["header.json", "_journal/start.json"];

async function* packedRows(file: string): AsyncGenerator<object> {
  const zip = await openZip(file);
  try {
    const headed = HEADERS.find((name) => zip.names.includes(name));
    const header = headed && (await documentIn(zip, file, headed));
    if (!isObject(header) || !isObject(header.eval))
      throw wrongShape(file, "an Inspect log: a zip file with header.json and samples/");
    for (const name of zip.names)
      if (/^samples\/[^/]+\.json$/.test(name)) yield rowOf(header.eval, await documentIn(zip, file, name));
  } finally {
    zip.close();
  }
}

async function documentIn(zip: Zip, file: string, name: string): Promise<JsonObject> {
  const content = await zip.read(name);
  try {
    const value: unknown = exactJson(content.toString("utf8"));
    if (isObject(value)) return value;
  } catch {
    // Told below: the parser's message would quote what the sample says.
  }
  throw new UserError(`${file}: ${name} in it is not a JSON object. Write the log again.`);
}

function rowOf({task, model, run_id}: JsonObject, sample: JsonObject): object {
  const scores = isObject(sample.scores) ? sample.scores : {};
  const choices = objectsOf(isObject(sample.output) ? sample.output.choices : undefined);
  const message = choices[0]?.message;
  return {
    id: `${textOf(run_id)}/${textOf(sample.id)}/${textOf(sample.epoch) ?? "1"}`,
    task,
    model,
    sample: textOf(sample.id),
    epoch: sample.epoch,
    input: attached(sample, promptText(sample.input)),
    target: Array.isArray(sample.target) ? sample.target.map(textOf).join("\n") : textOf(sample.target),
    output: isObject(message) ? attached(sample, promptText([message])) : undefined,
    scores: Object.entries(scores).map(([scorer, score]) => ({
      scorer,
      value: isObject(score) ? inspectValue(score.value) : undefined,
      answer: isObject(score) ? textOf(score.answer) : undefined
    })),
    error: isObject(sample.error) ? textOf(sample.error.message) : undefined
  };
}

/** Long texts may stand in the sample's `attachments`, with a reference in their place. */
function attached({attachments}: JsonObject, text: string | undefined): string | undefined {
  const key = text && /^attachment:\/\/(\w+)$/.exec(text)?.[1];
  const found = key && isObject(attachments) ? attachments[key] : undefined;
  return typeof found === "string" ? found : text;
}
