import {memberOf} from "../../../base/validation/memberOf.js";
import {isUtf8} from "node:buffer";
import {rm} from "node:fs/promises";
import {join} from "node:path";
import {dsvFormat} from "d3-dsv";
import {UserError} from "../../../base/validation/index.js";
import {type Database, fileScan, sqlString} from "../../../base/store/index.js";
import {type CsvRecord, csvRecords} from "./csvRecords.js";
import {csvSize, type CsvSize, LONGEST_RECORD, recordRoom} from "./csvSize.js";
import {writeRecords} from "./lineEnds.js";
import {bytesOf, linesOf} from "./lines.js";
import type {BrokenLine, SourceContext} from "./types.js";

/** A file of CSV, its separator, and what it holds. */
export interface CsvFile extends Partial<CsvSize> {
  file: string;
  delimiter: string;
}

/**
 * Everything but the columns' types is fixed: guessing the separator or the header would misread a broken file
 * instead of refusing it. Types are taken from all rows, so that they do not depend on the order of rows.
 * @param emptyTexts an empty value in quotes is an empty text, and no missing one
 */
export function csvOptions({delimiter, longest = 0}: Omit<CsvFile, "file">, emptyTexts: boolean): string {
  return `header = true, skip = 0, delim = ${sqlString(delimiter)}, quote = '"', escape = '"', comment = '', strict_mode = true, allow_quoted_nulls = ${!emptyTexts}${recordRoom(longest)}`;
}

/** Files of CSV with what is told of them by their bytes. */
export async function csvFiles(
  db: Database,
  paths: readonly string[],
  stated: string | undefined
): Promise<CsvFile[]> {
  const files: CsvFile[] = [];
  for (const file of paths) {
    const delimiter = stated ?? (await delimiterOf(db, file));
    files.push({file, delimiter, ...(await csvSize(file, delimiter))});
  }
  return files;
}

/** The separator of a CSV file: by its ending, or the commonest candidate of its first line, quoted names aside. */
async function delimiterOf(db: Database, file: string): Promise<string> {
  if (/\.tsv(\.gz|\.zst)?$/i.test(file)) return "\t";
  const header = (await firstRecord(db, file)).replace(/"[^"]*"?/g, "");
  const counts = [",", ";", "\t", "|"].map((mark) => ({mark, n: header.split(mark).length - 1}));
  return counts.reduce((best, one) => (one.n > best.n ? one : best)).mark;
}

/** Refuses a file that names a column twice, letters' case aside: one of the two would have to be called otherwise. */
export async function assertHeaders(
  {db, dataset}: Pick<SourceContext, "db" | "dataset">,
  files: readonly CsvFile[]
): Promise<void> {
  for (const {file, delimiter} of files) {
    const names = await headerOf(db, {file, delimiter});
    if (names.length === 0)
      throw new UserError(`dataset ${dataset}: ${file} is empty: it has no first line that names columns.`);
    const seen = new Set<string>();
    for (const name of names) {
      const folded = name.toLowerCase();
      if (name !== "" && seen.has(folded))
        throw new UserError(
          `dataset ${dataset}: ${file} names the column ${JSON.stringify(name.slice(0, 60))} twice in its first line. Rename one of them.`
        );
      seen.add(folded);
    }
  }
}

/** The names of a file's columns as DuckDB reads them, without blanks around them; "" where the header leaves one out. */
async function headerOf(db: Database, {file, delimiter}: CsvFile): Promise<string[]> {
  const names = dsvFormat(delimiter).parseRows(await firstRecord(db, file))[0] ?? [];
  return names.map((name) => name.replace(/^[ \t\v\f\r\n]+|[ \t\v\f\r\n]+$/g, ""));
}

/** The names of a file's columns, with those that DuckDB gives where the header leaves them out. */
export async function columnNames(db: Database, file: CsvFile): Promise<string[]> {
  const names = await headerOf(db, file);
  const digits = String(names.length - 1).length;
  return names.map((name, i) => name || `column${String(i).padStart(digits, "0")}`);
}

/** It may go over several lines within quotes. */
async function firstRecord(db: Database, file: string): Promise<string> {
  let record = "";
  for await (const line of linesOf(db, file)) {
    record += record === "" ? line.replace(/^\ufeff/, "") : `\n${line}`;
    if ((record.split('"').length - 1) % 2 === 0 || record.length > 100_000) break;
  }
  return record;
}

const REASONS: Record<string, string> = {
  "UNQUOTED VALUE": "a quote is not closed, or text stands behind it",
  "LINE SIZE OVER MAXIMUM": `longer than ${LONGEST_RECORD}, or 2 MB in a .zst file, which is the most of a row`,
  "INVALID ENCODING": "not UTF-8"
};

/**
 * Reads a file as text and finds the records that do not fit its header, in their order. With `into` the records that
 * do fit are written there as CSV.
 */
export async function brokenRecords(
  context: SourceContext,
  {file, delimiter, longest}: CsvFile,
  into?: string
): Promise<BrokenLine[]> {
  await assertHeaders(context, [{file, delimiter}]);
  const names = await columnNames(context.db, {file, delimiter});
  if (/\.zst$/i.test(file)) {
    const found = await rejected(context.db, {file, names, delimiter, longest}, into);
    const open = found.find(({type}) => type === "UNQUOTED VALUE");
    if (open && into)
      throw new UserError(
        `dataset ${context.dataset}: ${file} line ${open.record}: ${open.reason}. How many rows that takes cannot be told in a .zst file. No version was made. Repair the line, or unpack the file.`
      );
    return found.map(({record, reason}) => ({file, line: record, reason}));
  }
  const copy = join(context.scratch, "sound.csv");
  const broken: BrokenLine[] = [];
  const leftOut: CsvRecord[] = [];
  async function* sound() {
    for await (const record of csvRecords(bytesOf(file), delimiter, names.length)) {
      const reason = record.reason ?? (isUtf8(record.content) ? undefined : REASONS["INVALID ENCODING"]);
      if (reason === undefined) yield record;
      else {
        const {line, lines} = record;
        if (line === 1)
          throw new UserError(
            `dataset ${context.dataset}: ${file} line 1: ${reason}. It names the columns. Save the file as UTF-8.`
          );
        leftOut.push({...record, content: Buffer.alloc(0)});
        broken.push({file, line, until: lines > 1 ? line + lines - 1 : undefined, reason});
      }
    }
  }
  try {
    await writeRecords(copy, sound());
    const size = await csvSize(copy, delimiter);
    const found = await rejected(context.db, {file: copy, names, delimiter, ...size}, into);
    const places = await recordsAt(
      copy,
      delimiter,
      found.map(({at}) => at)
    );
    for (const [i, {line, lines}] of places.entries()) {
      const first = leftOut.reduce((at, gap) => (gap.line <= at ? at + gap.lines : at), line);
      broken.push({
        file,
        line: first,
        until: lines > 1 ? first + lines - 1 : undefined,
        reason: found[i]!.reason
      });
    }
  } finally {
    await rm(copy, {force: true});
  }
  return broken.sort((a, b) => a.line - b.line);
}

interface Rejected {
  /** Where the record begins, in bytes and counted in records. */
  at: number;
  record: number;
  type: string;
  reason: string;
}

/** The records that DuckDB rejects, in their order. */
async function rejected(
  db: Database,
  {names, ...csv}: CsvFile & {names: readonly string[]},
  into: string | undefined
): Promise<Rejected[]> {
  const columns = names.map((name) => `${sqlString(name)}: 'VARCHAR'`).join(", ");
  const read = `select * from ${fileScan(
    "read_csv",
    csv.file,
    csvOptions(csv, true),
    "auto_detect = false",
    `columns = {${columns}}`,
    "store_rejects = true, rejects_table = 'broken_records', rejects_scan = 'broken_scans', rejects_limit = 0"
  )}`;
  try {
    if (into)
      await db.run(
        `copy (${read}) to ${sqlString(into)} (format csv, header, delimiter ${sqlString(csv.delimiter)})`
      );
    else await db.run(`create or replace temp table broken_scan as select count(*) from (${read})`);
    const found = await db.rows<{at: number; record: number; type: string; message: string}>(
      "select distinct on (line) line_byte_position::double as at, line::int as record, error_type::varchar as type, error_message as message from broken_records order by line, byte_position"
    );
    return found.map(({at, record, type, message}) => {
      const counted = /Columns: (\d+) Found: (\d+)/.exec(message);
      const reason = counted
        ? `${counted[2]} values where the header has ${counted[1]}`
        : (memberOf(REASONS, type) ?? type.toLowerCase());
      return {at, record, type, reason};
    });
  } finally {
    for (const table of ["broken_records", "broken_scans", "broken_scan"])
      await db.run(`drop table if exists ${table}`);
  }
}

/** The records in which these bytes lie, given in their order: DuckDB counts records, which may have several lines. */
async function recordsAt(
  file: string,
  delimiter: string,
  positions: readonly number[]
): Promise<Pick<CsvRecord, "line" | "lines">[]> {
  const found: Pick<CsvRecord, "line" | "lines">[] = [];
  if (positions.length === 0) return found;
  let start = 0;
  for await (const {line, lines, content, end} of csvRecords(bytesOf(file), delimiter)) {
    start += content.length + end.length;
    while (found.length < positions.length && positions[found.length]! < start) found.push({line, lines});
    if (found.length === positions.length) break;
  }
  return found;
}

/** Copies of the files without their broken records. */
export async function soundCsv(
  context: SourceContext,
  files: readonly CsvFile[]
): Promise<{files: CsvFile[]; skipped: BrokenLine[]}> {
  const sound: CsvFile[] = [];
  const skipped: BrokenLine[][] = [];
  for (const [i, file] of files.entries()) {
    const copy = join(context.scratch, `${i}.csv`);
    skipped.push(await brokenRecords(context, file, copy));
    sound.push({...file, file: copy});
  }
  return {files: sound, skipped: skipped.flat()};
}
