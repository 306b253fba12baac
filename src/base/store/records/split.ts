import type {ColumnTypes} from "../parquet.js";

/** A split: which part each row of a version belongs to, and the group it moves with. */
export const PARTS: ColumnTypes = {
  row_id: "VARCHAR",
  /** train, validation, test or held-out */
  part: "VARCHAR",
  group_key: "VARCHAR"
};

/** Columns of a dataset by the role that its definition, or a split's, gives them. */
export type ColumnRoles = Partial<Record<"group" | "time" | "label" | "text", string>>;

export interface SplitManifest {
  kind: "split";
  schemaVersion: 1;
  /** First 16 hex digits of `sha256`. */
  id: string;
  sha256: string;
  name: string;
  dataset: string;
  version: string;
  strategy: string;
  settings: Record<string, unknown>;
  seed: string;
  counts: Record<string, number>;
  /**
   * The hash that names what was asked for, where `sha256` does not: rows that were held out before, or seen, gave the split
   * another held-out part than the version and the spec alone.
   */
  asked?: string;
  /**
   * That held-out part: its rows that were held out before and those added, those that have rows of their group, cluster or moment
   * in other parts, and SHA-256 over all ids. Absent where `asked` is.
   */
  heldOut?: {kept: number; added: number; apart: number; sha256: string};
  /** The columns that divided its rows or name their groups. Splits of before lack it. */
  roles?: ColumnRoles;
  labels?: Record<string, Record<string, number>>;
  /** The column that `labels` counts. Splits of before lack it. */
  labelsOf?: string;
  /**
   * Empty until they are taken, again when rows were erased, and while the version names other columns than their `roles`
   * for what was measured.
   */
  measures: Record<string, unknown>;
  madeAt: string;
  /** When rows of a part were erased for the last time (ISO time), by part. */
  erased?: Record<string, string>;
}
