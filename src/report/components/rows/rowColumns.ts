import {pageFile, ROWS_PER_PAGE} from "../../site/rowFiles.js";
import {type ArrowColumns, arrowColumns} from "./arrowColumns.js";

/** Hands out a file of a run's rows by its name. */
export type ReadFile = (name: string) => Promise<Uint8Array>;

/** The columns of a run's rows as far as their files were read, each file once. */
export interface LoadedRows {
  /** What the schema of the files read says under the key "assay". */
  readonly metadata: string | undefined;
  /** Reads a file with a value of every row. */
  file(name: string): Promise<void>;
  page(number: number): Promise<void>;
  numbers(column: string): Float64Array | undefined;
  text(column: string, row: number): string | undefined;
  /** From the page of the row, undefined when that was not read. */
  onPage(column: string, row: number): string | undefined;
}

/** A run's rows of which nothing was read yet. */
export function loadedRows(read: ReadFile): LoadedRows {
  const files = new Map<string, Promise<void>>();
  const columns = new Map<string, ArrowColumns>();
  const pages = new Map<number, ArrowColumns>();
  let metadata: string | undefined;
  const once = (name: string, take: (found: ArrowColumns, names: string[]) => void) => {
    let file = files.get(name);
    if (!file) {
      file = Promise.all([read(name), import("apache-arrow")]).then(([bytes, {tableFromIPC}]) => {
        const table = tableFromIPC(bytes);
        metadata ??= table.schema.metadata.get("assay");
        take(
          arrowColumns(table),
          table.schema.fields.map((field) => field.name)
        );
      });
      files.set(name, file);
      file.catch(() => files.delete(name));
    }
    return file;
  };
  return {
    get metadata() {
      return metadata;
    },
    file: (name) => once(name, (found, names) => names.forEach((column) => columns.set(column, found))),
    page: (number) => once(pageFile(number), (found) => void pages.set(number, found)),
    numbers: (column) => columns.get(column)?.numbers(column),
    text: (column, row) => columns.get(column)?.text(column, row),
    onPage: (column, row) => pages.get(Math.floor(row / ROWS_PER_PAGE))?.text(column, row % ROWS_PER_PAGE)
  };
}
