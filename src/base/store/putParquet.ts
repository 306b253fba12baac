import type {Database} from "./duckdb.js";
import {copyParquet} from "./parquet.js";
import type {StorageBackend} from "./storage/storageBackend.js";

/** Runs a query into a Parquet file of a place that appears whole or not at all. */
export async function putParquet(
  db: Database,
  place: StorageBackend,
  key: string,
  query: string
): Promise<void> {
  await place.putFile(key, (path) => copyParquet(db, path, query));
}
