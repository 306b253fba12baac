import {
  Bool,
  Dictionary,
  type Field,
  Float64,
  Int16,
  Int32,
  Int8,
  RecordBatch,
  Schema,
  Table,
  tableToIPC,
  Utf8,
  type Vector,
  vectorFromArray
} from "apache-arrow";

/** An Arrow file of these columns, in the smallest types that hold them, with `metadata` under the schema's key "assay". */
export function arrowFile(columns: Readonly<Record<string, ArrowColumn>>, metadata?: object): Uint8Array {
  const table = new Table(
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, vectorOf(column)]))
  );
  return tableToIPC(metadata ? withMetadata(table, JSON.stringify(metadata)) : table, "file");
}

function vectorOf(column: ArrowColumn): Vector {
  if (column.kind === "numbers") return vectorFromArray(column.values, new Float64());
  if (column.kind === "whole") return vectorFromArray(column.values, new Int32());
  if (column.kind === "yes or no")
    return vectorFromArray(
      column.values.map((value) => (value === null ? null : value === 1)),
      new Bool()
    );
  if (column.kind === "ids") return vectorFromArray(column.values, new Utf8());
  const different = new Set<unknown>(column.values).size;
  const index = different < 2 ** 7 ? new Int8() : different < 2 ** 15 ? new Int16() : new Int32();
  return vectorFromArray(column.values, new Dictionary(new Utf8(), index));
}

function withMetadata(table: Table, text: string): Table {
  const schema = new Schema(table.schema.fields as Field[], new Map([["assay", text]]));
  return new Table(
    schema,
    table.batches.map(
      (batch) => new RecordBatch(schema, batch.data as RecordBatch<Record<string, never>>["data"])
    )
  );
}

/** A column's values, null where there is none, and how they are written; `kind` "ids" is for texts that do not repeat. */
export type ArrowColumn =
  | {kind: "texts" | "ids"; values: readonly (string | null)[]}
  | {kind: "numbers" | "whole" | "yes or no"; values: readonly (number | null)[]};

/** Rows `from` up to `to` of a column. */
export function cutColumn(column: ArrowColumn, from: number, to: number): ArrowColumn {
  return {...column, values: column.values.slice(from, to)} as ArrowColumn;
}
