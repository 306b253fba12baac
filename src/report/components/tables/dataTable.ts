import {type TableColumn, groupedTable, type TableOptions} from "./groupedTable.js";

export type {TableColumn, TableOptions};

/** A table that scrolls sideways within its own box, reachable by keyboard. */
export function dataTable<T>(
  rows: readonly T[],
  columns: TableColumn<T>[],
  options: TableOptions<T>
): HTMLElement {
  return groupedTable([{rows}], columns, options);
}
