import type {ScoreTable} from "../decisions/types.js";
import type {RowsMetadata} from "../site/runRows.js";
import {arrowColumns} from "./arrowColumns.js";
import {loadData} from "./loadData.js";

/** The rows of one run, held as columns. */
export interface RunRows extends RowsMetadata {
  length: number;
  /** Of every row; `rowId` reads one. */
  readonly rowIds: string[];
  rowId(row: number): string;
  /** Its place among the rows of which the site has texts; undefined when it has none of this row. */
  detail(row: number): number | undefined;
  /**
   * Text of a row in a column: cluster, expected, excerpt, `slice:NAME`, `answer:CANDIDATE`,
   * `failure:CANDIDATE`, `order:JUDGE:CANDIDATE`.
   */
  text(column: string, row: number): string | undefined;
  /** Characters of an answer; undefined without one, and in runs without a judge. */
  answerLength(candidate: string, row: number): number | undefined;
  /** A score, undefined when there is none. */
  score(scorer: string, candidate: string, row: number): number | undefined;
}

/** Rows that are looked at: one slice, or all. */
export interface Slice {
  name: string;
  value: string;
}

const loading = new Map<string, Promise<RunRows>>();

/** Fetches a run's rows when they are first asked for. Throws a sentence for the reader when they cannot be had. */
export function loadRows(run: string): Promise<RunRows> {
  let rows = loading.get(run);
  if (!rows) {
    rows = fetchRows(run);
    loading.set(run, rows);
    rows.catch(() => loading.delete(run));
  }
  return rows;
}

async function fetchRows(run: string): Promise<RunRows> {
  const response = await loadData(
    `rows/${encodeURIComponent(run)}.arrow`,
    `The rows of run ${run} are not part of this site. Build the site again.`
  );
  return readRows(new Uint8Array(await response.arrayBuffer()));
}

/** Reads the Arrow file that the page loader of a run's rows prints. */
export async function readRows(bytes: Uint8Array): Promise<RunRows> {
  const {tableFromIPC} = await import("apache-arrow");
  const table = tableFromIPC(bytes);
  const metadata = JSON.parse(table.schema.metadata.get("assay") ?? "{}") as RowsMetadata;
  const columns = arrowColumns(table);
  const number = (column: string, row: number) => {
    const value = columns.numbers(column)?.[row];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  };
  const scores = new Map<string, Map<string, Float64Array | undefined>>();
  const scoresBy = (scorer: string, candidate: string) => {
    const own = scores.get(scorer) ?? new Map<string, Float64Array | undefined>();
    scores.set(scorer, own);
    if (!own.has(candidate)) own.set(candidate, columns.numbers(`score:${scorer}:${candidate}`));
    return own.get(candidate);
  };
  const rowId = (row: number) => columns.text("row_id", row) ?? "";
  let rowIds: string[] | undefined;
  return {
    ...metadata,
    length: table.numRows,
    get rowIds() {
      return (rowIds ??= Array.from({length: table.numRows}, (_, row) => rowId(row)));
    },
    rowId,
    detail: (row) => number("detail", row),
    text: (column, row) => columns.text(column, row),
    answerLength: (candidate, row) => number(`length:${candidate}`, row),
    score: (scorer, candidate, row) => {
      const value = scoresBy(scorer, candidate)?.[row];
      return value === undefined || Number.isNaN(value) ? undefined : value;
    }
  };
}

/** Numbers of the rows in a slice, all of them without one. */
export function rowsIn(rows: RunRows, slice?: Slice): number[] {
  const all = Array.from({length: rows.length}, (_, row) => row);
  return slice ? all.filter((row) => rows.text(`slice:${slice.name}`, row) === slice.value) : all;
}

/** The scores by one scorer on some rows, as the engine's statistics take them. */
export function scoresOf(rows: RunRows, scorer: string, chosen: readonly number[]): ScoreTable {
  const clusters = chosen.map((row) => rows.text("cluster", row) ?? null);
  return {
    candidates: rows.candidates,
    baseline: rows.baseline,
    rowIds: chosen.map((row) => rows.rowIds[row]!),
    clusters: clusters.some((cluster) => cluster !== null) ? clusters : undefined,
    values: rows.candidates.map((candidate) => chosen.map((row) => rows.score(scorer, candidate, row))),
    binary: rows.scorers.find(({name}) => name === scorer)?.binary ?? false
  };
}
