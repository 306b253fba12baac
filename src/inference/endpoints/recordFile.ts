import {createReadStream} from "node:fs";
import {type FileHandle, open, readFile} from "node:fs/promises";
import {extname} from "node:path";
import {csvParseRows} from "d3-dsv";
import {exactJson} from "../../base/validation/index.js";
import {assertTextFile} from "../../base/system/regularFile.js";

export type RecordedRow = Record<string, unknown>;

/** Records of a file by position. Text formats are indexed by byte range and read when asked for. */
export interface RecordFile {
  count: number;
  read(position: number): Promise<RecordedRow>;
  close(): Promise<void>;
}

/**
 * Opens JSONL (.jsonl, .ndjson), JSON (a list of objects, .json) or CSV with a header (.csv). `visit` sees every
 * record once, in order. Throws an Error that names the file and line of what it cannot read.
 */
export async function openRecordFile(
  path: string,
  visit: (record: RecordedRow, position: number) => void
): Promise<RecordFile> {
  const extension = extname(path).toLowerCase();
  if (extension === ".json") return wholeFile(path, visit);
  if (extension === ".csv") return indexedFile(path, true, visit);
  if (extension === ".jsonl" || extension === ".ndjson") return indexedFile(path, false, visit);
  throw new Error(`${path}: recordings are .jsonl, .ndjson, .json or .csv files, found "${extension}".`);
}

async function wholeFile(
  path: string,
  visit: (record: RecordedRow, position: number) => void
): Promise<RecordFile> {
  await assertTextFile(path);
  let records: unknown;
  try {
    records = exactJson(await readFile(path, "utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(`${path} is not valid JSON. Export the recording again.`, {cause: error});
  }
  if (!Array.isArray(records)) throw new Error(`${path} must hold a JSON list of records.`);
  const rows = records.map((record, position) => recordAt(record, `${path} record ${position + 1}`));
  rows.forEach(visit);
  return {count: rows.length, read: async (position) => rows[position]!, close: async () => undefined};
}

async function indexedFile(
  path: string,
  csv: boolean,
  visit: (record: RecordedRow, position: number) => void
): Promise<RecordFile> {
  const offsets: number[] = [];
  const lengths: number[] = [];
  let header: string[] | undefined;
  const parse = (text: string, where: string) =>
    csv ? csvRecord(header!, text, where) : recordAt(jsonLine(text, where), where);

  for await (const {text, offset, length, line} of records(path, csv)) {
    if (!text.trim()) continue;
    if (csv && !header) {
      header = csvParseRows(text)[0]!;
      continue;
    }
    const record = parse(text, `${path} line ${line}`);
    visit(record, offsets.length);
    offsets.push(offset);
    lengths.push(length);
  }
  let handle: Promise<FileHandle> | undefined;
  return {
    count: offsets.length,
    async read(position) {
      const length = lengths[position]!;
      const buffer = Buffer.allocUnsafe(length);
      const file = await (handle ??= open(path, "r"));
      await file.read(buffer, 0, length, offsets[position]!);
      return parse(buffer.toString("utf8"), path);
    },
    async close() {
      await (await handle)?.close();
      handle = undefined;
    }
  };
}

interface RecordText {
  text: string;
  offset: number;
  length: number;
  line: number;
}

const newline = 10;
const quote = 34;

/** Splits at line ends; in CSV a line end inside quotes belongs to the field. */
async function* records(path: string, csv: boolean): AsyncGenerator<RecordText> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  let line = 1;
  let scanned = 0;
  let quoted = false;
  let lines = 0;
  for await (const chunk of createReadStream(path, {highWaterMark: 1 << 18}) as AsyncIterable<Buffer>) {
    let buffer = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    if (offset === 0 && scanned === 0 && buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf) {
      buffer = buffer.subarray(3);
      offset = 3;
    }
    let start = 0;
    for (let i = scanned; i < buffer.length; i++) {
      const byte = buffer[i];
      if (csv && byte === quote) quoted = !quoted;
      if (byte !== newline) continue;
      lines++;
      if (quoted) continue;
      yield {text: buffer.toString("utf8", start, i), offset: offset + start, length: i - start, line};
      line += lines;
      lines = 0;
      start = i + 1;
    }
    offset += start;
    rest = buffer.subarray(start);
    scanned = rest.length;
  }
  if (quoted) throw new Error(`${path} line ${line} opens a quote that is never closed.`);
  if (rest.length) yield {text: rest.toString("utf8"), offset, length: rest.length, line};
}

function jsonLine(text: string, where: string): unknown {
  try {
    return exactJson(text);
  } catch {
    throw new Error(`${where} is not valid JSON. Export the recording again, one object a line.`);
  }
}

function csvRecord(header: string[], text: string, where: string): RecordedRow {
  const fields = csvParseRows(text.replace(/\r$/, ""))[0] ?? [];
  if (fields.length !== header.length)
    throw new Error(`${where} has ${fields.length} fields, the header has ${header.length}.`);
  return Object.fromEntries(header.map((name, i) => [name, fields[i]]));
}

function recordAt(value: unknown, where: string): RecordedRow {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`${where} is no object.`);
  return value as RecordedRow;
}
