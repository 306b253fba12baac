import {join} from "node:path";
import {dsvFormat} from "d3-dsv";
import {type Database, sqlPath, sqlString, UserError} from "../../store/index.js";
import {describeColumns} from "../rowQuery.js";
import {exactColumns, typed} from "./exactTypes.js";
import {bytesOf, linesOf} from "./lines.js";
import type {BrokenLine, SourceContext} from "./types.js";

/**
 * Everything but the columns' types is fixed: guessing the separator or the header would misread a broken file
 * instead of refusing it. Types are taken from all rows, so that they do not depend on the order of rows.
 */
export function csvOptions(delimiter: string): string {
  return `header = true, skip = 0, delim = ${sqlString(delimiter)}, quote = '"', escape = '"', comment = '', strict_mode = true`;
}

/** The separator of a CSV file: by its ending, or the commonest candidate of its first line. */
export async function delimiterOf(db: Database, file: string): Promise<string> {
  if (/\.tsv(\.gz|\.zst)?$/i.test(file)) return "\t";
  const header = await firstLine(db, file);
  const counts = [",", ";", "\t", "|"].map((mark) => ({mark, n: header.split(mark).length - 1}));
  return counts.reduce((best, one) => (one.n > best.n ? one : best)).mark;
}

/** Refuses a file that names a column twice, letters' case aside: one of the two would have to be called otherwise. */
export async function assertHeaders(
  {db, dataset}: Pick<SourceContext, "db" | "dataset">,
  files: readonly string[],
  delimiter: string
): Promise<void> {
  for (const file of files) {
    const names = await headerOf(db, file, delimiter);
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

/** The names in the first record, which may go over several lines within quotes. */
async function headerOf(db: Database, file: string, delimiter: string): Promise<string[]> {
  let header = "";
  for await (const line of linesOf(db, file)) {
    header += header === "" ? line.replace(/^\ufeff/, "") : `\n${line}`;
    if ((header.split('"').length - 1) % 2 === 0 || header.length > 100_000) break;
  }
  return dsvFormat(delimiter).parseRows(header)[0] ?? [];
}

/**
 * The relation of CSV files. Columns are read as text, and given the types that DuckDB finds in all rows where no text
 * changes by that: reading texts, it need not look for the types again at every use.
 * @param read SQL that reads the files with these options
 */
export async function exactCsv(db: Database, read: (types: string) => string): Promise<string> {
  const found = read("sample_size = -1, union_by_name = true");
  const columns = await describeColumns(db, `select * from ${found}`).catch(() => undefined);
  if (!columns) return found;
  const texts = read("all_varchar = true, union_by_name = true");
  const exact = await exactColumns(db, columns, texts);
  return typed(
    texts,
    columns.filter(({name}) => exact.has(name))
  );
}

async function firstLine(db: Database, file: string): Promise<string> {
  for await (const line of linesOf(db, file)) return line.replace(/^\ufeff/, "");
  return "";
}

const REASONS: Record<string, string> = {
  "UNQUOTED VALUE": "a quote is not closed, or text stands behind it",
  "LINE SIZE OVER MAXIMUM": "longer than the longest line allowed",
  "INVALID ENCODING": "not UTF-8"
};

/**
 * Reads a file as text and finds the records that do not fit its header, in their order. With `into` the records that
 * do fit are written there as CSV.
 */
export async function brokenRecords(
  context: Pick<SourceContext, "db" | "dataset">,
  file: string,
  delimiter: string,
  into?: string
): Promise<BrokenLine[]> {
  const {db} = context;
  await assertHeaders(context, [file], delimiter);
  const names = await headerOf(db, file, delimiter);
  // As DuckDB calls columns that the header leaves without a name.
  const digits = String(names.length - 1).length;
  const header = names.map((name, i) => name || `column${String(i).padStart(digits, "0")}`);
  const columns = header.map((name) => `${sqlString(name)}: 'VARCHAR'`).join(", ");
  const read = `select * from read_csv(${sqlPath(file)}, ${csvOptions(delimiter)}, auto_detect = false, columns = {${columns}}, store_rejects = true, rejects_table = 'broken_records', rejects_scan = 'broken_scans', rejects_limit = 0)`;
  try {
    if (into)
      await db.run(
        `copy (${read}) to ${sqlString(into)} (format csv, header, delimiter ${sqlString(delimiter)})`
      );
    else await db.run(`create or replace temp table broken_scan as select count(*) from (${read})`);
    const found = await db.rows<{at: number; record: number; error_type: string; error_message: string}>(
      "select distinct on (line) line_byte_position::double as at, line::int as record, error_type::varchar as error_type, error_message from broken_records order by line, byte_position"
    );
    const lines = await linesAt(
      file,
      found.map(({at}) => at)
    );
    return found.map(({record, error_type, error_message}, i) => {
      const counted = /Columns: (\d+) Found: (\d+)/.exec(error_message);
      const reason = counted
        ? `${counted[2]} values where the header has ${counted[1]}`
        : (REASONS[error_type] ?? error_type.toLowerCase());
      return {file, line: lines?.[i] ?? record, reason};
    });
  } finally {
    for (const table of ["broken_records", "broken_scans", "broken_scan"])
      await db.run(`drop table if exists ${table}`);
  }
}

/**
 * The lines on which these bytes of the text stand, given in their order: DuckDB counts records, and a quoted value may
 * have several lines. Undefined for zstd, which cannot be read here.
 */
async function linesAt(file: string, positions: readonly number[]): Promise<number[] | undefined> {
  if (/\.zst$/i.test(file)) return undefined;
  const lines: number[] = [];
  let line = 1;
  let start = 0;
  for await (const block of bytesOf(file)) {
    let from = 0;
    while (lines.length < positions.length && positions[lines.length]! < start + block.length) {
      const until = positions[lines.length]! - start;
      line += newlines(block.subarray(from, until));
      from = until;
      lines.push(line);
    }
    if (lines.length === positions.length) break;
    line += newlines(block.subarray(from));
    start += block.length;
  }
  return lines;
}

function newlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}

/** Copies of the files without their broken records. */
export async function soundCsv(
  context: SourceContext,
  files: readonly string[],
  delimiter: string
): Promise<{files: string[]; skipped: BrokenLine[]}> {
  const sound: string[] = [];
  const skipped: BrokenLine[] = [];
  for (const [i, file] of files.entries()) {
    const copy = join(context.scratch, `${i}.csv`);
    for (const record of await brokenRecords(context, file, delimiter, copy)) skipped.push(record);
    sound.push(copy);
  }
  return {files: sound, skipped};
}
