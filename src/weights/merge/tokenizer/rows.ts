import {ThreadFiles} from "../engine/files.js";
import {HeldReader, type HeldTensor} from "../engine/held.js";

/** Reads rows of one table as its model holds it, until `close`. */
export class TokenTable {
  private readonly files = new ThreadFiles();
  private readonly reader = new HeldReader(this.files);
  readonly width: number;

  constructor(private readonly table: HeldTensor) {
    this.width = table.shape[1] ?? 1;
  }

  /** `count` rows from `index` on, one after another. */
  rows(index: number, count = 1): Float32Array {
    const values = new Float32Array(count * this.width);
    this.reader.read(this.table, index * this.width, values.length, values);
    return values;
  }

  close(): void {
    this.files.close();
  }
}

/** Mean of the rows with these ids; undefined without any. */
export function meanRow(table: HeldTensor, ids: readonly number[]): Float32Array | undefined {
  if (ids.length === 0) return undefined;
  const open = new TokenTable(table);
  try {
    const {width} = open;
    const wanted = new Set(ids);
    const sum = new Float64Array(width);
    const step = Math.max(1, Math.floor(1e6 / width));
    for (let from = 0; from < table.shape[0]!; from += step) {
      const count = Math.min(step, table.shape[0]! - from);
      const values = open.rows(from, count);
      for (let r = 0; r < count; r++) {
        if (!wanted.has(from + r)) continue;
        for (let c = 0; c < width; c++) sum[c] = sum[c]! + values[r * width + c]!;
      }
    }
    return Float32Array.from(sum, (v) => v / ids.length);
  } finally {
    open.close();
  }
}
