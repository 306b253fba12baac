import {rename, rm} from "node:fs/promises";
import {functionVersion, moduleVersion} from "../../../base/fingerprint/index.js";
import {messageOf, UserError} from "../../../base/validation/index.js";
import {
  type ColumnTypes,
  type Database,
  numberedParquetFile,
  parquetFile,
  sqlName,
  type VersionManifest,
  writeParquet,
  writeParquetRows
} from "../../../base/store/index.js";
import type {Filters, TextFilter} from "./filter.js";

/** The rows that the filters dropped, beside the version's rows. */
export const REJECTED_FILE = "rejected.parquet";

const DROPPED: ColumnTypes = {row: "BIGINT", filter: "VARCHAR", reason: "VARCHAR"};

/** As a version's record has it. */
export type Filtered = Required<Pick<VersionManifest, "rejected" | "filters">>;

/**
 * Takes the rows that do not pass out of `rowsFile` and writes them to `rejectedFile`, with the name of the first filter
 * that a row did not pass and the reason. Rows without a text pass the filters of text. Throws UserError when a condition
 * is not SQL that runs, or a filter looks at text and no text column is named.
 */
export async function applyFilters(
  db: Database,
  dataset: {name: string; text?: string; filters?: Filters},
  rowsFile: string,
  rejectedFile: string
): Promise<Filtered | undefined> {
  const filters = Object.entries(dataset.filters ?? {});
  if (filters.length === 0) return undefined;
  const looking = filters.flatMap(([name, filter]) => (typeof filter === "string" ? [] : [{name, filter}]));
  if (looking.length > 0 && !dataset.text)
    throw new UserError(
      `dataset ${dataset.name}: filter "${looking[0]!.name}" looks at the text, but no column is named. Add \`text: "column"\`.`
    );
  const numbered = numberedParquetFile(rowsFile);
  const droppedFile = `${rejectedFile}.dropped`;
  const keptFile = `${rowsFile}.kept`;
  try {
    const undetermined = new Map<string, number>();
    await writeParquetRows(db, droppedFile, DROPPED, droppedRows(db, dataset, numbered, undetermined));
    const dropped = parquetFile(droppedFile);
    const counts = await db.rows<{filter: string; n: number}>(
      `select filter, count(*)::int as n from ${dropped} group by filter`
    );
    await writeParquet(
      db,
      rejectedFile,
      `select r.* exclude (file_row_number), d.filter as rejected_by, d.reason as rejected_because
       from ${numbered} r join ${dropped} d on r.file_row_number = d.row order by d.row`
    );
    await writeParquet(
      db,
      keptFile,
      `select r.* exclude (file_row_number) from ${numbered} r anti join ${dropped} d on r.file_row_number = d.row`
    );
    await rename(keptFile, rowsFile);
    return {
      rejected: counts.reduce((sum, {n}) => sum + n, 0),
      filters: Object.fromEntries(
        filters.map(([name, filter]) => [
          name,
          {
            rule: typeof filter === "string" ? filter : filter.settings,
            code: typeof filter === "string" ? undefined : codeOf(filter),
            rejected: counts.find((count) => count.filter === name)?.n ?? 0,
            undetermined: undetermined.get(name)
          }
        ])
      )
    };
  } finally {
    await rm(droppedFile, {force: true});
    await rm(keptFile, {force: true});
  }
}

async function* droppedRows(
  db: Database,
  dataset: {name: string; text?: string; filters?: Filters},
  numbered: string,
  undetermined: Map<string, number>
): AsyncGenerator<{row: number; filter: string; reason: string}> {
  const filters = Object.entries(dataset.filters ?? {});
  for (const [, filter] of filters) if (typeof filter !== "string") await filter.ready?.();
  const tests = filters.map(([name, filter], i) => ({name, filter, column: `passes_${i}`}));
  const conditions = tests.filter(({filter}) => typeof filter === "string");
  for (const {name, filter} of conditions)
    await db
      .rows(`select (\n${filter as string}\n)::boolean from ${numbered} limit 0`)
      .catch((cause: unknown) => {
        throw new UserError(
          `dataset ${dataset.name}: filter "${name}" is not a condition that runs: ${messageOf(cause)}`,
          {cause}
        );
      });
  const columns = [
    "file_row_number as row",
    ...(dataset.text ? [`${sqlName(dataset.text)}::varchar as content`] : []),
    ...conditions.map(
      ({filter, column}) => `coalesce((\n${filter as string}\n)::boolean, false) as ${column}`
    )
  ];
  const query = `select ${columns.join(", ")} from ${numbered}`;
  for await (const batch of db.batches<Record<string, unknown>>(query))
    for (const stored of batch) {
      for (const {name, filter, column} of tests) {
        const reason =
          typeof filter === "string"
            ? stored[column]
              ? undefined
              : `not: ${filter}`
            : reasonOf(filter, stored.content);
        if (reason === undefined) {
          const unsure = typeof filter !== "string" && isUndetermined(filter, stored.content);
          if (unsure) undetermined.set(name, (undetermined.get(name) ?? 0) + 1);
          continue;
        }
        yield {row: Number(stored.row), filter: name, reason};
        break;
      }
    }
}

function codeOf({module, reason}: TextFilter): string {
  return module === undefined ? functionVersion(reason) : moduleVersion(module);
}

function isUndetermined(filter: TextFilter, content: unknown): boolean {
  return typeof content === "string" && filter.undetermined?.(content) === true;
}

function reasonOf(filter: TextFilter, content: unknown): string | undefined {
  return typeof content === "string" ? filter.reason(content) : undefined;
}
