import {access, constants, readFile, stat} from "node:fs/promises";
import {promisify} from "node:util";
import {gunzip} from "node:zlib";
import {messageOf, pythonJson, UserError} from "../../base/validation/index.js";
import {sha256} from "../../base/system/index.js";
import {isObject, type JsonObject, openZip, type Zip} from "../../data/datasets/index.js";
import {parseTable} from "./table.js";

/** A file by what is in it, whatever its name says. */
export type ResultsContent = {path: string; name?: string; sha256: string; bytes: number} & (
  | {kind: "zip"; zip: Zip}
  | {kind: "document"; value: unknown}
  | {kind: "lines"; objects: JsonObject[]}
  | {kind: "table"; columns: string[]; rows: string[][]}
);

/** A file is read whole; strings of JavaScript end at 512 MB. */
export const LARGEST = 400 * 2 ** 20;

/**
 * Reads a file and tells by its bytes what it is: a zip file, a JSON document, JSON objects a line, or CSV; each of the
 * last three plain or gzip. Throws a UserError that names the file when it is empty, binary, cut short or unpacks to more
 * than results do.
 */
export async function readContent(path: string, name?: string, largest = LARGEST): Promise<ResultsContent> {
  const size = await readableSize(path);
  if (size === 0) throw new UserError(`${path} is empty. Export the results again.`);
  if (size > largest)
    throw new UserError(
      `${path} has ${size} bytes; result files up to ${largest} bytes are read. Export fewer rows or columns a file, and name several files.`
    );
  const bytes = await readFile(path);
  const file = {path, name, sha256: sha256(bytes), bytes: bytes.length};
  if (bytes.length >= 4 && bytes.readUInt32LE() === 0x04034b50)
    return {...file, kind: "zip", zip: await openZip(path)};
  const text = decodedText(path, isGzip(bytes) ? await unpacked(path, bytes, largest) : bytes);
  return {...file, ...parsedContent(path, text)};
}

async function readableSize(path: string): Promise<number> {
  try {
    // Opening a named pipe waits until somebody writes to it.
    const found = await stat(path);
    if (found.isFile()) {
      await access(path, constants.R_OK);
      return found.size;
    }
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why =
      code === "ENOENT" ? "is not there" : code === "EACCES" ? "may not be read" : `cannot be read (${code})`;
    throw new UserError(`${path} ${why}. Name a file that another tool wrote.`, {cause});
  }
  throw new UserError(`${path} is not a file. Name the files in it.`);
}

const isGzip = (bytes: Buffer) => bytes[0] === 0x1f && bytes[1] === 0x8b;

async function unpacked(path: string, bytes: Buffer, largest: number): Promise<Buffer> {
  try {
    return await promisify(gunzip)(bytes, {maxOutputLength: largest});
  } catch (cause) {
    const large = (cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw new UserError(
      `${path} ${large ? `unpacks to more than ${largest} bytes` : `is no whole gzip file: ${messageOf(cause)}`}. Nothing was read from it.`,
      {cause}
    );
  }
}

/** UTF-8, or UTF-16 with the mark that spreadsheets write before it. */
function decodedText(path: string, bytes: Buffer): string {
  const encoding = {"255,254": "utf-16le", "254,255": "utf-16be"}[bytes.subarray(0, 2).join()] ?? "utf-8";
  if (encoding === "utf-8" && bytes.subarray(0, 65_536).includes(0))
    throw new UserError(
      `${path} is neither text nor an Inspect log. Export the results as JSON, JSONL or CSV.`
    );
  try {
    return new TextDecoder(encoding, {fatal: true}).decode(bytes);
  } catch (cause) {
    throw new UserError(`${path} is not ${encoding.toUpperCase()} text. Write it as UTF-8.`, {cause});
  }
}

type ParsedContent =
  | {kind: "document"; value: unknown}
  | {kind: "lines"; objects: JsonObject[]}
  | {kind: "table"; columns: string[]; rows: string[][]};

function parsedContent(path: string, text: string): ParsedContent {
  if (!/^\s*[[{]/.test(text)) return {kind: "table", ...parseTable(path, text)};
  try {
    return {kind: "document", value: pythonJson(text)};
  } catch (cause) {
    if (cause instanceof RangeError) throw cause;
    return {kind: "lines", objects: lineObjects(path, text, cause)};
  }
}

/** Says where, never what: the text may be personal. */
function lineObjects(path: string, text: string, whole: unknown): JsonObject[] {
  const objects: JsonObject[] = [];
  const broken: number[] = [];
  let line = 0;
  for (const content of text.split("\n")) {
    line++;
    if (content.trim() === "") continue;
    const value = objectIn(content);
    if (value) objects.push(value);
    else broken.push(line);
  }
  if (broken.length === 0) return objects;
  if (objects.length === 0) {
    const at = /position (\d+)/.exec(messageOf(whole))?.[1];
    throw new UserError(
      `${path} is not valid JSON${at === undefined ? ": it ends too early" : ` at character ${Number(at) + 1}`}. Export it again.`
    );
  }
  throw new UserError(
    `${path} has ${broken.length} of ${line} lines that are no JSON object: line ${broken.slice(0, 10).join(", ")}${broken.length > 10 ? ", …" : ""}. Export it again, or take these lines out.`
  );
}

function objectIn(line: string): JsonObject | undefined {
  try {
    const value: unknown = pythonJson(line);
    return isObject(value) ? value : undefined;
  } catch (cause) {
    if (cause instanceof RangeError) throw cause;
    return undefined;
  }
}
