import {createHash} from "node:crypto";
import {appendFile, mkdir, readFile, truncate} from "node:fs/promises";
import {dirname} from "node:path";

const keyBytes = 32;

export interface VectorCache {
  get(key: string): Float32Array | undefined;
  /** Appends to the file; vectors whose key is known are left out. */
  add(entries: readonly (readonly [string, Float32Array])[]): Promise<void>;
  readonly size: number;
}

/**
 * Vectors kept on disk by the hash of what they stand for: a file of records, each a 32-byte key and `dimensions`
 * 32-bit floats. A torn last record, left by a killed process, is cut off. One process writes a file at a time.
 */
export async function openVectorCache(path: string, dimensions: number): Promise<VectorCache> {
  const vectors = new Map<string, Float32Array>();
  const recordBytes = keyBytes + 4 * dimensions;
  const file = await readFile(path).catch(() => Buffer.alloc(0));
  for (let at = 0; at + recordBytes <= file.length; at += recordBytes) {
    const bytes = Uint8Array.from(file.subarray(at + keyBytes, at + recordBytes));
    vectors.set(file.toString("hex", at, at + keyBytes), new Float32Array(bytes.buffer));
  }
  const whole = file.length - (file.length % recordBytes);
  if (whole < file.length) await truncate(path, whole);
  return {
    get: (key) => vectors.get(key),
    get size() {
      return vectors.size;
    },
    async add(entries) {
      const records: Uint8Array[] = [];
      for (const [key, vector] of entries) {
        if (vectors.has(key)) continue;
        vectors.set(key, vector);
        records.push(
          Buffer.from(key, "hex"),
          new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
        );
      }
      if (!records.length) return;
      await mkdir(dirname(path), {recursive: true});
      await appendFile(path, Buffer.concat(records));
    }
  };
}

/** The cache key of one list of token ids. */
export function idsKey(ids: readonly number[]): string {
  return createHash("sha256").update(Int32Array.from(ids)).digest("hex");
}
