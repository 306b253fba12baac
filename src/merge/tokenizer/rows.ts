import {open} from "node:fs/promises";
import {decode} from "../numeric/convert.js";
import {DTYPE_BITS} from "../../safetensors/dtype.js";
import type {StoredTensor} from "../../safetensors/open.js";

/** Reads rows of tables, keeping none. */
export class Tables {
  async row(table: StoredTensor, index: number): Promise<Float32Array> {
    return this.rows(table, index, 1);
  }

  /** Mean of the rows with these ids; undefined without any. */
  async mean(table: StoredTensor, ids: readonly number[]): Promise<Float32Array | undefined> {
    if (ids.length === 0) return undefined;
    const width = table.shape[1] ?? 1;
    const wanted = new Set(ids);
    const sum = new Float64Array(width);
    const step = Math.max(1, Math.floor(1e6 / width));
    for (let from = 0; from < table.shape[0]!; from += step) {
      const count = Math.min(step, table.shape[0]! - from);
      const values = await this.rows(table, from, count);
      for (let r = 0; r < count; r++) {
        if (!wanted.has(from + r)) continue;
        for (let c = 0; c < width; c++) sum[c] = sum[c]! + values[r * width + c]!;
      }
    }
    return Float32Array.from(sum, (v) => v / ids.length);
  }

  private async rows(table: StoredTensor, from: number, count: number): Promise<Float32Array> {
    const width = table.shape[1] ?? 1;
    const size = DTYPE_BITS[table.dtype] / 8;
    const bytes = new Uint8Array(count * width * size);
    const handle = await open(table.file, "r");
    try {
      await handle.read(bytes, 0, bytes.byteLength, table.offset + from * width * size);
    } finally {
      await handle.close();
    }
    const values = new Float32Array(count * width);
    decode(table.dtype, bytes, count * width, values);
    return values;
  }
}
