import type {ColumnTypes} from "../parquet.js";

/** What a scan for personal data and secrets found in a version. Holds no words of a row. */
export const LEDGER: ColumnTypes = {
  row_id: "VARCHAR",
  column: "VARCHAR",
  /** In a list, a structure or JSON, the string it stands in, such as `$[0].content`; null in a plain text. */
  path: "VARCHAR",
  type: "VARCHAR",
  /** UTF-16 code units in the text as it was before anything was done; `end` exclusive. */
  start: "INTEGER",
  end: "INTEGER",
  rule: "VARCHAR",
  score: "DOUBLE",
  /** keep, mask, replace or pseudonym */
  action: "VARCHAR",
  /** The words with letters and digits as stars. */
  preview: "VARCHAR",
  pseudonym: "VARCHAR",
  /** A person's reason why it may stay. */
  accepted: "VARCHAR"
};

/** The columns Assay adds to a dataset's own, first in every version's Parquet. */
export const ROW_COLUMNS: ColumnTypes = {row_id: "VARCHAR", row_hash: "VARCHAR"};

/** Rows that a person had erased. */
export interface Purged {
  rows: number;
  at: string;
  reason: string;
}

/** What pages may show of a row: nothing but ids and labels, a masked excerpt, or the text itself. */
export type Publishing = "ids" | "masked" | "text";

/** How a column of new rows is ranked among those before: by a number, its text, or the length of that. */
export interface WatchedColumn {
  column: string;
  by: "number" | "value" | "length";
  n: number;
  remembered: number[][];
  shares: number[];
  log: number;
  most: number;
}

/** What a dataset's watch for drift found up to a version: counts and evidence, nothing of a row. */
export interface VersionWatch {
  /** Id of the version with which new rows are compared. */
  reference: string;
  /** New rows since then that were looked at. */
  rows: number;
  /** One in so many rows is. */
  every: number;
  columns: WatchedColumn[];
}

export interface VersionManifest {
  kind: "version";
  schemaVersion: 1;
  dataset: string;
  /** The column that the rows' ids come from; null where they are hashes of the content. Versions of before lack it. */
  idColumn?: string | null;
  /** SHA-256 over schema and sorted row hashes, shortened in the folder's name to 16 hex digits. */
  id: string;
  sha256: string;
  rows: number;
  columns: {name: string; type: string}[];
  pulledAt: string;
  source: Record<string, unknown>;
  bytes: number;
  parent?: string;
  description?: string;
  licence?: string;
  label?: string;
  text?: string;
  group?: string;
  time?: string;
  sensitivity?: string;
  /** The most that pages may show of its rows, whatever an eval says. */
  publish?: Publishing;
  changes?: {added: number; removed: number; changed: number};
  /** Rows that filters dropped; they stand in `rejected.parquet` with `rejected_by` and `rejected_because`. */
  rejected?: number;
  /**
   * The filters by name: their rule, the version of their code, the rows each dropped as the first, and those it kept because it
   * could not tell (a language, say).
   */
  filters?: Record<string, {rule: unknown; code?: string; rejected: number; undetermined?: number}>;
  checks?: {name: string; passed: boolean; message?: string}[];
  watch?: VersionWatch;
  /** Rows erased since it was made: `id` and `sha256` are those of the rows before. */
  purged?: Purged[];
}

/** Ids of the runs whose answers are a version's rows; none where its rows are no answers. */
export function answeringRuns({source}: Pick<VersionManifest, "source">): string[] {
  const runs: unknown = source?.kind === "answers" ? source.runs : undefined;
  return Array.isArray(runs) ? runs.map((run) => String((run as {id?: unknown}).id)) : [];
}

/** A row of a dataset as it reaches prompts and scorers: its id and the dataset's own columns. */
export type Row = {id: string} & Record<string, unknown>;
