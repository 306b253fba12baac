import {type GroupedColumn, groupedTable, type TableOptions} from "./groupedTable.js";

export type {GroupedColumn, TableOptions};

/** A table that scrolls sideways within its own box, reachable by keyboard. */
export function dataTable<T>(
  rows: readonly T[],
  columns: GroupedColumn<T>[],
  options: TableOptions<T>
): HTMLElement {
  return groupedTable([{rows}], columns, options);
}
