import type {Store} from "../store/index.js";

/**
 * A query's result by columns, a chunk of about 2,048 rows at a time: for a million numbers, of which no row needs an
 * object. Values come as DuckDB gives them, so that counts are to be cast to int in the query.
 */
export async function* chunks(
  store: Store,
  sql: string,
  parameters: Record<string, string>
): AsyncGenerator<unknown[][]> {
  const result = await store.connection.run(sql, parameters);
  for (let chunk = await result.fetchChunk(); chunk?.rowCount; chunk = await result.fetchChunk())
    yield chunk.getColumns();
}
