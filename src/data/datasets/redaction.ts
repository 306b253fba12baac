import {existsSync} from "node:fs";
import {rename} from "node:fs/promises";
import {join} from "node:path";
import {UserError} from "../../base/validation/index.js";
import {temporaryPath} from "../../base/system/index.js";
import {
  type ColumnTypes,
  type Database,
  numberedParquetFile,
  parquetFile,
  sqlName,
  type VersionName,
  versionTable,
  type Workspace,
  writeParquet,
  writeParquetRows
} from "../../base/store/index.js";
import {formerRows} from "./append.js";
import {cellText, type StoredColumn, isNumber, isText, shownType} from "./cellText.js";
import {describeColumns} from "./describeColumns.js";
import type {CellRow, Redactor} from "./redactor.js";
import {FINDINGS} from "./rowQuery.js";

/**
 * Reads rows into a file of `scratch` with their personal data dealt with and returns the query that reads it: the
 * rows' columns and `assay_findings`, null for a row without any. Rows stream through; the originals stay in `scratch`.
 */
export async function redactRows(
  db: Database,
  dataset: string,
  rows: string,
  redactor: Redactor,
  scratch: string
): Promise<string> {
  const raw = join(scratch, "raw.parquet");
  await writeParquet(db, raw, rows);
  return `select * from ${await redacted(db, raw, {dataset, redactor})}`;
}

/**
 * The relation of a file's rows with their personal data dealt with, in a file beside it.
 * @param former the rules are those of before: columns that they name may be gone
 * @param except a column that is none of the dataset's
 */
export async function redacted(
  db: Database,
  raw: string,
  {
    dataset,
    redactor,
    former = false,
    except
  }: {dataset: string; redactor: Redactor; former?: boolean; except?: string}
): Promise<string> {
  // As they will be stored: Parquet has no enumerations, for instance.
  const columns = await describeColumns(db, `select * from ${parquetFile(raw)}`);
  const own = columns.filter(({name}) => name !== except);
  const looked = redactor.columnsOf(own, !former);
  if (!former || looked.every(isText))
    return parquetFile(await redactFile(db, raw, {dataset, looked, redactor}));
  // What stood there then may fit in no type of now.
  const texts = looked.map((column) => {
    const name = sqlName(column.name);
    if (isText(column)) return `${name} as ${name}`;
    return `${isNumber(column) ? name : `to_json(${name})`}::varchar as ${name}`;
  });
  const file = `${raw}.texts`;
  await writeParquet(db, file, `select * replace (${texts.join(", ")}) from ${parquetFile(raw)}`);
  const asText = looked.map(({name}) => ({name, type: "VARCHAR"}));
  return parquetFile(await redactFile(db, file, {dataset, looked: asText, redactor}));
}

/**
 * A file of the former version's rows by the present rules, for a dataset that grows: what was found in them when they
 * were pulled stays in their findings.
 */
export async function redactFormer(
  db: Database,
  {workspace, version, scratch}: {workspace: Workspace; version: VersionName; scratch: string},
  redactor: Redactor
): Promise<string> {
  const rows = await formerRows(workspace, version);
  const ledger = await versionTable(workspace, version, "ledger.parquet");
  const known = ledger
    ? `select row_id, to_json(list(l order by l."column", l.start))::varchar as former
       from ${ledger} l where action <> 'keep' group by row_id`
    : "select null::varchar as row_id, null::varchar as former where false";
  const raw = join(scratch, "former.parquet");
  await writeParquet(
    db,
    raw,
    `select r.*, f.former as ${FINDINGS} from ${rows} r left join (${known}) f using (row_id)`
  );
  const columns = await describeColumns(db, `select * exclude (row_id, row_hash) from ${rows}`);
  const looked = redactor.columnsOf(columns, false);
  return parquetFile(
    await redactFile(db, raw, {dataset: version.dataset, looked, redactor, withFormer: true})
  );
}

interface ToRedact {
  dataset: string;
  /** Columns that are looked into. */
  looked: readonly StoredColumn[];
  redactor: Redactor;
  /** The file says what an earlier redaction found. */
  withFormer?: boolean;
}

/** Several redactors may deal with one file. */
const named = (raw: string, redactor: Redactor) => `${raw}.${redactor.fingerprint.slice(0, 16)}`;

async function redactFile(
  db: Database,
  raw: string,
  {dataset, looked, redactor, withFormer = false}: ToRedact
): Promise<string> {
  const numbered = numberedParquetFile(raw);
  const cells = looked.map((column, index) => `${cellText(column)} as c${index}`);
  async function* rows(): AsyncGenerator<CellRow[]> {
    if (looked.length === 0) return;
    const query = `select ${["file_row_number as n", ...cells].join(", ")} from ${numbered}`;
    for await (const batch of db.batches<Record<string, string | null> & {n: number}>(query))
      yield batch.map(({n, ...row}) => ({
        row: Number(n),
        cells: looked.map((_, index) => row[`c${index}`]!)
      }));
  }
  const changes: ColumnTypes = {
    n: "BIGINT",
    found: "VARCHAR",
    ...Object.fromEntries(looked.map((_, index) => [`c${index}`, "VARCHAR"]))
  };
  async function* changed(): AsyncGenerator<object> {
    for await (const {row, cells: made, findings} of redactor.redact(rows(), looked))
      yield {
        n: row,
        found: JSON.stringify(findings),
        ...Object.fromEntries((made ?? []).map((cell, index) => [`c${index}`, cell]))
      };
  }
  const changesFile = `${named(raw, redactor)}.changes`;
  await writeParquetRows(db, changesFile, changes, changed());
  const changesOf = parquetFile(changesFile);
  await assertRepresentable(db, dataset, numbered, changesOf, looked);
  const kept = looked.map(
    (column, index) =>
      `case when c.c${index} is null then r.${sqlName(column.name)} else ${stored(column, index)} end as ${sqlName(column.name)}`
  );
  const found = withFormer
    ? `case when r.${FINDINGS} is null then c.found when c.found is null then r.${FINDINGS}
       else r.${FINDINGS}[:-2] || ',' || c.found[2:] end`
    : "c.found";
  const redacted = `${named(raw, redactor)}.redacted`;
  await writeParquet(
    db,
    redacted,
    `select r.* exclude (file_row_number${withFormer ? `, ${FINDINGS}` : ""}) ${kept.length > 0 ? `replace (${kept.join(", ")})` : ""}, ${found} as ${FINDINGS}
     from ${numbered} r left join ${changesOf} c on r.file_row_number = c.n`
  );
  return redacted;
}

const stored = (column: StoredColumn, index: number) =>
  isText(column) ? `c.c${index}` : `c.c${index}::json::${column.type}`;

/** What its type cannot hold once redacted, such as a number, stops the pull: half of it would be lost silently. */
async function assertRepresentable(
  db: Database,
  dataset: string,
  numbered: string,
  changesOf: string,
  looked: readonly StoredColumn[]
): Promise<void> {
  const problems: string[] = [];
  for (const [index, column] of looked.entries()) {
    if (isText(column) || /^JSON$/i.test(column.type)) continue;
    if (isNumber(column)) {
      const changed = await db.row<{n: number}>(`select count(c${index})::int as n from ${changesOf}`);
      if (changed!.n > 0)
        problems.push(
          `personal data in ${changed!.n} rows of column "${column.name}" cannot be replaced in its type ${column.type}; have it read as text (\`columns\` of a source of files), or cast it in \`sql\` (${sqlName(column.name)}::varchar)`
        );
      continue;
    }
    const original = `to_json(r.${sqlName(column.name)})`;
    const query = `select count(*)::int as n from ${numbered} r join ${changesOf} c on r.file_row_number = c.n
      where c.c${index} is not null and (to_json(${original}::${column.type}) is distinct from ${original}
        or to_json(${stored(column, index)}) is distinct from c.c${index}::json)`;
    const lost = await db.row<{n: number}>(query).then(
      (row) => row!.n,
      () => "some"
    );
    if (lost !== 0)
      problems.push(
        `personal data in ${lost} rows of column "${column.name}" cannot be replaced in its type ${shownType(column)}; cast it to JSON in \`sql\` (${sqlName(column.name)}::json)`
      );
  }
  if (problems.length > 0)
    throw new UserError(`dataset ${dataset}: ${problems.join("; ")}. No version was made.`);
}

/** Takes `assay_findings` out of the rows, and out of the rejected ones, into a file of its own. */
export async function splitFindings(
  db: Database,
  rowsFile: string,
  rejectedFile: string,
  scratch: string
): Promise<string> {
  const findingsFile = join(scratch, "findings.parquet");
  await writeParquet(
    db,
    findingsFile,
    `select row_id, row_hash, ${FINDINGS} as findings from ${parquetFile(rowsFile)} where ${FINDINGS} is not null`
  );
  for (const file of [rowsFile, rejectedFile]) {
    if (!existsSync(file)) continue;
    const without = temporaryPath(file);
    await writeParquet(db, without, `select * exclude (${FINDINGS}) from ${parquetFile(file)}`);
    await rename(without, file);
  }
  return findingsFile;
}

/** What `splitFindings` wrote, row by row. */
export async function* foundRows(
  db: Database,
  findingsFile: string
): AsyncGenerator<{row_id: string; row_hash: string; findings: object[]}> {
  const query = `select * from ${parquetFile(findingsFile)} order by row_id`;
  for await (const batch of db.batches<{row_id: string; row_hash: string; findings: string}>(query))
    for (const {findings, ...row} of batch) yield {...row, findings: JSON.parse(findings) as object[]};
}
