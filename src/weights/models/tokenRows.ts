/** Rows of the embedding table for the tokens of a text, at most `maxTokens`; tokens without a row are skipped. */
export function tokenRows(ids: readonly number[], rowOf: Int32Array, maxTokens: number): Uint32Array {
  const rows = new Uint32Array(Math.min(ids.length, maxTokens));
  let count = 0;
  for (const id of ids) {
    if (count === maxTokens) break;
    const row = rowOf[id] ?? -1;
    if (row >= 0) rows[count++] = row;
  }
  return rows.subarray(0, count);
}

/** Mean of a table's rows into `mean`; all zeros for an empty list. */
export function meanOfRows(rows: Uint32Array, table: Float32Array, mean: Float32Array): void {
  const dimensions = mean.length;
  mean.fill(0);
  for (let i = 0; i < rows.length; i++)
    for (let d = 0, at = rows[i]! * dimensions; d < dimensions; d++, at++) mean[d]! += table[at]!;
  if (rows.length) for (let d = 0; d < dimensions; d++) mean[d]! /= rows.length;
}

/** For every token id its row in the embedding table, −1 for none. */
export function rowsByToken(tokenIds: readonly number[], vocabularySize: number): Int32Array {
  const rowOf = new Int32Array(vocabularySize).fill(-1);
  tokenIds.forEach((id, row) => (rowOf[id] = row));
  return rowOf;
}
