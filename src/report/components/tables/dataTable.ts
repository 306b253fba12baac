import {type Column, groupedTable, type TableOptions} from "./groupedTable.js";

export type {Column, TableOptions};

/** A table that scrolls sideways within its own box, reachable by keyboard. */
export function dataTable<T>(
  rows: readonly T[],
  columns: Column<T>[],
  options: TableOptions<T>
): HTMLElement {
  return groupedTable([{rows}], columns, options);
}
