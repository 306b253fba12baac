import {rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import type {CsvFile} from "./csv.js";
import {type CsvRecord, csvRecords} from "./csvRecords.js";
import {bytesOf} from "./lines.js";

/** Writes records of CSV, each with the same line end. */
export async function writeRecords(
  path: string,
  records: AsyncIterable<Pick<CsvRecord, "content">>
): Promise<void> {
  await writeFile(path, blocks(records));
}

async function* blocks(records: AsyncIterable<Pick<CsvRecord, "content">>): AsyncGenerator<Buffer> {
  const newline = Buffer.from("\n");
  let parts: Buffer[] = [];
  let size = 0;
  for await (const {content} of records) {
    parts.push(content, newline);
    size += content.length + 1;
    if (size < 1 << 20) continue;
    yield Buffer.concat(parts);
    parts = [];
    size = 0;
  }
  yield Buffer.concat(parts);
}

/** The files with copies in place of those whose records end in different ways, which are refused otherwise. */
export async function evenLineEnds(files: readonly CsvFile[], scratch: string): Promise<CsvFile[]> {
  const even: CsvFile[] = [];
  for (const [i, csv] of files.entries()) {
    const {file, delimiter} = csv;
    const copy = join(scratch, `even-${i}.csv`);
    const differ = (await hasBothEnds(file)) && (await recordEndsDiffer(file, delimiter));
    even.push({...csv, file: differ && (await wroteEven(file, delimiter, copy)) ? copy : file});
  }
  return even;
}

/** False for a file in which the ends differ within quotes only. */
async function recordEndsDiffer(file: string, delimiter: string): Promise<boolean> {
  let first: string | undefined;
  for await (const {reason, end} of csvRecords(bytesOf(file), delimiter)) {
    if (reason !== undefined) return false;
    if (end === "") continue;
    first ??= end;
    if (end !== first) return true;
  }
  return false;
}

/** False for a file with a quote that is not closed. */
async function wroteEven(file: string, delimiter: string, copy: string): Promise<boolean> {
  let broken = false;
  async function* sound() {
    for await (const record of csvRecords(bytesOf(file), delimiter)) {
      broken = record.reason !== undefined;
      if (broken) return;
      yield record;
    }
  }
  await writeRecords(copy, sound());
  if (broken) await rm(copy, {force: true});
  return !broken;
}

/** Whether lines end in more than one of LF, CR LF and CR, within quotes or not. zstd cannot be read here. */
async function hasBothEnds(file: string): Promise<boolean> {
  if (/\.zst$/i.test(file)) return false;
  const seen = new Set<string>();
  let before = 0;
  for await (const chunk of bytesOf(file)) {
    const bytes = Buffer.concat([Buffer.from([before]), chunk as Buffer]);
    before = bytes.at(-1)!;
    for (let at = bytes.indexOf(10, 1); at >= 0; at = bytes.indexOf(10, at + 1))
      seen.add(bytes[at - 1] === 13 ? "\r\n" : "\n");
    for (let at = bytes.indexOf(13); at >= 0 && at < bytes.length - 1; at = bytes.indexOf(13, at + 1))
      if (bytes[at + 1] !== 10) seen.add("\r");
    if (seen.size > 1) return true;
  }
  return false;
}
