import {pythonJson, UserError} from "../../../../base/validation/index.js";
import {at, isObject, type JsonObject, objectsOf, textOf} from "./json.js";
import {messageAnswer} from "./messages.js";
import type {Zip} from "./zip.js";

/** A packed Inspect log: what its header says, and its samples, each read when it is asked for. */
export interface InspectLog {
  header: JsonObject;
  samples: AsyncIterable<JsonObject>;
}

/** The header is written last; before it, the journal's start says what was evaluated. */
const HEADERS = ["header.json", "_journal/start.json"];

/** An id is written as it is: with slashes it looks like a path. */
const WHOLE = /^samples\/.+_epoch_\d+\.json$/s;

/** Since log version 3 a sample may stand in parts, in a folder of its own. */
const IN_PARTS = /^samples\/.+_epoch_\d+\/(?=sample\.json$)/s;

/** Reads an `.eval` log; undefined for a zip file that is none. Throws a UserError for the layout that no header was in. */
export async function inspectLog(path: string, zip: Zip): Promise<InspectLog | undefined> {
  const headed = HEADERS.find((name) => zip.names.includes(name));
  if (headed) return {header: await documentIn(path, zip, headed), samples: samplesIn(path, zip)};
  if (!zip.names.includes("start.json")) return undefined;
  throw new UserError(
    `${path} is an .eval log of 2024 with start.json in place of header.json, which Inspect itself reads no more. Write it as JSON with the Inspect that wrote it.`
  );
}

async function* samplesIn(path: string, zip: Zip): AsyncGenerator<JsonObject> {
  for (const name of zip.names) {
    if (WHOLE.test(name)) yield await documentIn(path, zip, name);
    const folder = IN_PARTS.exec(name)?.[0];
    if (folder !== undefined) yield await fromParts(path, zip, folder);
  }
}

/** Its messages and events stay unread: the shell holds input, output and scores. */
async function fromParts(path: string, zip: Zip, folder: string): Promise<JsonObject> {
  const shell = await documentIn(path, zip, `${folder}sample.json`);
  const described = `${folder}metadata.json`;
  const metadata = zip.names.includes(described) ? await documentIn(path, zip, described) : shell.metadata;
  if (!JSON.stringify([shell.input, shell.output]).includes("attachment://")) return {...shell, metadata};
  const prefix = `${folder}attachments/`;
  const starts = zip.names
    .flatMap((name) => (name.startsWith(prefix) ? [Number.parseInt(name.slice(prefix.length), 10)] : []))
    .sort((a, b) => a - b);
  const texts: unknown[] = [];
  for (const start of starts) {
    const part = await valueIn(zip, `${prefix}${start}.json`);
    if (Array.isArray(part)) for (const text of part) texts.push(text);
  }
  return {...shell, metadata, attachments: {...texts}};
}

async function documentIn(path: string, zip: Zip, name: string): Promise<JsonObject> {
  const value = await valueIn(zip, name);
  if (isObject(value)) return value;
  throw new UserError(`${path}: ${name} in it is not a JSON object. Write the log again.`);
}

/** Undefined when it is no JSON: the parser's message would quote what the sample says. */
async function valueIn(zip: Zip, name: string): Promise<unknown> {
  const bytes = await zip.read(name);
  try {
    return pythonJson(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** The first choice's text, else the completion; undefined when the sample has neither, or calls of tools alone. */
export function inspectOutput(sample: JsonObject): string | undefined {
  const message = objectsOf(at(sample, "output", "choices"))[0]?.message;
  if (isObject(message)) return messageAnswer(withAttachments(sample, message) as JsonObject);
  const completion = textOf(withAttachments(sample, at(sample, "output", "completion")));
  return completion === "" ? undefined : completion;
}

/** Why the sample counts no more; undefined when it counts. */
export function inspectInvalidation({invalidation}: JsonObject): string | undefined {
  if (!isObject(invalidation)) return undefined;
  const reason = textOf(invalidation.reason);
  return reason === undefined ? "the sample was invalidated" : `the sample was invalidated: ${reason}`;
}

/** Long texts may stand in the sample's `attachments`, with a reference in their place, also within messages. */
export function withAttachments({attachments}: JsonObject, value: unknown): unknown {
  return isObject(attachments) ? filled(attachments, value) : value;
}

function filled(attachments: JsonObject, value: unknown): unknown {
  if (typeof value === "string") {
    const key = /^(?:attachment|tc):\/\/(\w+)$/.exec(value)?.[1];
    return key !== undefined && Object.hasOwn(attachments, key) ? attachments[key] : value;
  }
  if (Array.isArray(value)) return value.map((one) => filled(attachments, one));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(attachments, one)]));
}
