import type {AdapterChange, Stored} from "./change.js";

/** Reads a small tensor whole. */
export type ReadWhole = (stored: Stored) => Float32Array;

export interface Segment {
  row: number;
  column: number;
  /** Elements of this row, beginning at `column`. */
  length: number;
}

/** Changes a stretch of one row in place: the base's values in, the adapted ones out (not yet rounded). */
export interface AdapterRows {
  apply(values: Float32Array, segment: Segment): void;
}

/**
 * An adapter's change ready to be applied row by row. `baseRow` reads a whole row of the base weight, which DoRA needs
 * for the norms.
 */
export function adapterRows(
  change: AdapterChange,
  rows: number,
  columns: number,
  read: ReadWhole,
  baseRow: (row: number) => Float32Array
): AdapterRows {
  if (change.kind === "bias") {
    const term = read(change.term);
    // A bias is one row.
    return {
      apply(values, {column, length}) {
        for (let i = 0; i < length; i++)
          values[i] = values[i]! + Math.fround(change.scale * term[column + i]!);
      }
    };
  }
  const {left, right} = factors(change, read);
  const {rank, transposed, scale} = change;
  const sum = new Float64Array(columns);
  const add = (values: Float32Array, {row, column, length}: Segment) => {
    sum.fill(0, 0, length);
    for (let k = 0; k < rank; k++) {
      const factor = transposed ? left[k * rows + row]! : left[row * rank + k]!;
      if (factor === 0) continue;
      const offset = k * columns + column;
      for (let i = 0; i < length; i++) sum[i] = sum[i]! + factor * right[offset + i]!;
    }
    for (let i = 0; i < length; i++) values[i] = values[i]! + Math.fround(Math.fround(sum[i]!) * scale);
  };
  if (!change.magnitude) return {apply: add};
  const magnitude = read(change.magnitude);
  const norms = outputNorms(rows, columns, transposed, baseRow, add);
  return {
    apply(values, segment) {
      add(values, segment);
      for (let i = 0; i < segment.length; i++) {
        const output = transposed ? segment.column + i : segment.row;
        values[i] = values[i]! * Math.fround(magnitude[output]! / norms[output]!);
      }
    }
  };
}

/** `right` is [rank, columns] of the weight; `left` is as stored: [rows, rank], or [rank, rows] when transposed. */
function factors(change: Extract<AdapterChange, {kind: "product"}>, read: ReadWhole) {
  const a = read(change.a);
  const b = read(change.b);
  if (!change.transposed) return {left: b, right: a};
  const {rank} = change;
  const outer = b.length / rank;
  const right = new Float32Array(b.length);
  for (let o = 0; o < outer; o++) for (let k = 0; k < rank; k++) right[k * outer + o] = b[o * rank + k]!;
  return {left: a, right};
}

function outputNorms(
  rows: number,
  columns: number,
  transposed: boolean,
  baseRow: (row: number) => Float32Array,
  add: (values: Float32Array, segment: Segment) => void
): Float64Array {
  const squares = new Float64Array(transposed ? columns : rows);
  for (let row = 0; row < rows; row++) {
    const values = baseRow(row);
    add(values, {row, column: 0, length: columns});
    for (let i = 0; i < columns; i++) squares[transposed ? i : row]! += values[i]! ** 2;
  }
  return squares.map(Math.sqrt);
}
