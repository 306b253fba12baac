import type {HeldReader, HeldTensor} from "./held.js";

/**
 * Rows of a table re-ordered before the merge: a row of its own or, as -1 - k, row k of those that other tables lend
 * and, after these, of `fill`. A tensor of one dimension has rows of one element.
 */
export interface RowMap {
  map: Int32Array;
  fill: Float32Array;
  lent?: LentRows;
}

/** Each row is the mean of the rows from `starts[k]` to `starts[k + 1]`; without any it is zeros. */
export interface LentRows {
  tables: readonly HeldTensor[];
  starts: Int32Array;
  /** Of each row, its table's place in `tables`. */
  table: Int32Array;
  /** Of each row, its place in that table. */
  row: Int32Array;
}

/** Reads elements of the result of the given shape from a table whose rows a map re-orders. */
export function loadRows(
  table: HeldTensor & {rows?: RowMap},
  shape: readonly number[],
  {start, count}: {start: number; count: number},
  out: Float32Array,
  reader: HeldReader
): void {
  const {map, fill, lent} = table.rows!;
  const lentRows = lent ? lent.starts.length - 1 : 0;
  const columns = widthOf(shape);
  const width = widthOf(table.shape);
  for (let at = start; at < start + count;) {
    const row = Math.floor(at / columns);
    const column = at - row * columns;
    const from = map[row]!;
    const rows =
      width === columns ? rowsTogether(map, row, Math.ceil((column + start + count - at) / columns)) : 1;
    const length = Math.min(rows * columns - column, start + count - at);
    const target = out.subarray(at - start, at - start + length);
    if (from >= 0) reader.read(table, from * width + column, length, target);
    else if (-1 - from < lentRows) readMean(lent!, -1 - from, column, target, reader);
    else {
      const begin = (-1 - from - lentRows) * columns + column;
      target.set(fill.subarray(begin, begin + length));
    }
    at += length;
  }
}

function widthOf(shape: readonly number[]): number {
  return shape.length < 2 ? 1 : shape.at(-1)!;
}

/** How many rows of the result follow one another in the table too, and so are read at once. */
function rowsTogether(map: Int32Array, row: number, most: number): number {
  const from = map[row]!;
  let rows = 1;
  while (from >= 0 && rows < most && map[row + rows] === from + rows) rows++;
  return rows;
}

function readMean(
  {tables, starts, table, row}: LentRows,
  k: number,
  column: number,
  out: Float32Array,
  reader: HeldReader
): void {
  const [from, to] = [starts[k]!, starts[k + 1]!];
  const readOne = (at: number, into: Float32Array) => {
    const source = tables[table[at]!]!;
    reader.read(source, row[at]! * widthOf(source.shape) + column, into.length, into);
  };
  if (to - from === 1) return readOne(from, out);
  const sums = new Float64Array(out.length);
  const one = new Float32Array(out.length);
  for (let at = from; at < to; at++) {
    readOne(at, one);
    for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + one[i]!;
  }
  for (let i = 0; i < sums.length; i++) out[i] = to > from ? sums[i]! / (to - from) : 0;
}

/** Bytes that every thread holds of a row map. */
export function rowMapBytes({map, fill, lent}: RowMap): number {
  const words = lent ? [lent.starts, lent.table, lent.row] : [];
  return [map, fill, ...words].reduce((sum, {byteLength}) => sum + byteLength, 0);
}
