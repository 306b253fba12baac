import type {Graph, Node} from "../../weights/ggml/index.js";

/** Token ids of several rows of equal length, padded where rows are shorter. */
export interface Batch {
  rows: number;
  length: number;
  /** [rows × length]. */
  ids: Int32Array;
  positions: Int32Array;
  /** The document a token belongs to, counted from 1 within its row; 0 is padding. */
  documents: Int32Array;
}

/** Rows of different lengths, padded on the right; each row is one document with positions from 0. */
export function batchOf(sequences: readonly (readonly number[])[], padding = 0): Batch {
  const length = Math.max(1, ...sequences.map((sequence) => sequence.length));
  const batch = emptyBatch(sequences.length, length);
  batch.ids.fill(padding);
  sequences.forEach((sequence, row) =>
    sequence.forEach((id, i) => {
      const at = row * length + i;
      batch.ids[at] = id;
      batch.positions[at] = i;
      batch.documents[at] = 1;
    })
  );
  return batch;
}

/**
 * Rows with given positions. A document begins wherever a position is not one more than the one before; `mask` marks
 * padding with 0.
 */
export function batchAt(
  ids: readonly (readonly number[])[],
  positions: readonly (readonly number[])[],
  mask?: readonly (readonly number[])[]
): Batch {
  const length = ids[0]!.length;
  const batch = emptyBatch(ids.length, length);
  ids.forEach((row, r) => {
    let document = 0;
    row.forEach((id, i) => {
      const at = r * length + i;
      const position = positions[r]![i]!;
      const padding = mask !== undefined && mask[r]![i] === 0;
      const before = mask !== undefined && i > 0 && mask[r]![i - 1] === 0;
      if (!padding && (document === 0 || (!before && position !== positions[r]![i - 1]! + 1))) document++;
      batch.ids[at] = id;
      batch.positions[at] = position;
      batch.documents[at] = padding ? 0 : document;
    });
  });
  return batch;
}

export function emptyBatch(rows: number, length: number): Batch {
  const size = rows * length;
  return {
    rows,
    length,
    ids: new Int32Array(size),
    positions: new Int32Array(size),
    documents: new Int32Array(size)
  };
}

const HIDDEN = 0xfc00;

/**
 * What each token may see, as half floats [length, length, 1, rows]: 0, or −∞ for later tokens, other documents and
 * tokens `window` or more back. Padding sees itself, for a softmax over nothing is no number.
 */
export function maskInput(graph: Graph, {rows, length, documents, positions}: Batch, window?: number): Node {
  const values = new Uint16Array(rows * length * length).fill(HIDDEN);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < length; i++) {
      const at = row * length + i;
      const from = (row * length + i) * length;
      values[from + i] = 0;
      const document = documents[at]!;
      if (document === 0) continue;
      for (let j = i - 1; j >= 0; j--) {
        const other = row * length + j;
        if (documents[other] !== document) break;
        if (window !== undefined && positions[at]! - positions[other]! >= window) break;
        values[from + j] = 0;
      }
    }
  return graph.input(values, [length, length, 1, rows], "F16");
}
