/** The part of a connection to DuckDB in the browser that is used here. */
export interface SqlConnection {
  query(sql: string): Promise<SqlAnswer>;
  insertArrowFromIPCStream(bytes: Uint8Array, options: {name: string; create: boolean}): Promise<void>;
}

/** An Arrow table, of the version of Arrow that DuckDB's library brings. */
export interface SqlAnswer {
  numRows: number;
  schema: {fields: {name: string}[]};
  get(row: number): Record<string, unknown> | null;
}
