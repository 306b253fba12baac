/** A column's values, null where there is none, and how they are written; `kind` "ids" is for texts that do not repeat. */
export type ArrowColumn =
  | {kind: "texts" | "ids"; values: readonly (string | null)[]}
  | {kind: "numbers" | "whole" | "yes or no"; values: readonly (number | null)[]};

/** Rows `from` up to `to` of a column. */
export function cutColumn(column: ArrowColumn, from: number, to: number): ArrowColumn {
  return {...column, values: column.values.slice(from, to)} as ArrowColumn;
}
