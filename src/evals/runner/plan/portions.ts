/** Rows, and whether they are the last of a portion. */
export interface Portioned<Row> {
  rows: Row[];
  ends: boolean;
}

/** Cuts batches where a portion of `size` rows ends. The last portion may be smaller, and its end is not told. */
export async function* portions<Row>(
  batches: AsyncIterable<Row[]>,
  size: number
): AsyncGenerator<Portioned<Row>> {
  let left = size;
  for await (const batch of batches)
    for (let from = 0; from < batch.length;) {
      const rows = batch.slice(from, from + left);
      from += rows.length;
      left -= rows.length;
      const ends = left === 0;
      if (ends) left = size;
      yield {rows, ends};
    }
}
