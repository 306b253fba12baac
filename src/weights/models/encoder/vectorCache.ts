import {createHash} from "node:crypto";
import {appendFile, readFile} from "node:fs/promises";
import {dirname} from "node:path";
import {makeFolder} from "../../../base/system/files.js";

const keyBytes = 32;
const checkBytes = 4;

export interface VectorCache {
  get(key: string): Float32Array | undefined;
  /** Appends to the file; vectors whose key is known are left out. */
  add(entries: readonly (readonly [string, Float32Array])[]): Promise<void>;
  readonly size: number;
}

/**
 * Vectors kept on disk by the hash of what they stand for: a file of records, each a 32-byte key, `dimensions`
 * 32-bit floats and four bytes of their SHA-256. Records that fail the check (a killed process leaves half of one)
 * are passed over.
 */
export async function openVectorCache(path: string, dimensions: number): Promise<VectorCache> {
  const vectors = new Map<string, Float32Array>();
  const contentBytes = keyBytes + 4 * dimensions;
  const recordBytes = contentBytes + checkBytes;
  const file = await readFile(path).catch(() => Buffer.alloc(0));
  for (let at = 0; at + recordBytes <= file.length; at += recordBytes) {
    const content = file.subarray(at, at + contentBytes);
    if (!checksum(content).equals(file.subarray(at + contentBytes, at + recordBytes))) continue;
    const values = Uint8Array.from(content.subarray(keyBytes));
    vectors.set(content.toString("hex", 0, keyBytes), new Float32Array(values.buffer));
  }
  // Fills half a record up, so that the next ones begin where readers expect them.
  let padding = (recordBytes - (file.length % recordBytes)) % recordBytes;
  return {
    get: (key) => vectors.get(key),
    get size() {
      return vectors.size;
    },
    async add(entries) {
      const records: Buffer[] = [];
      for (const [key, vector] of entries) {
        if (vectors.has(key)) continue;
        vectors.set(key, vector);
        const values = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
        const content = Buffer.concat([Buffer.from(key, "hex"), values]);
        records.push(content, checksum(content));
      }
      if (records.length === 0) return;
      await makeFolder(dirname(path));
      const bytes = Buffer.concat([Buffer.alloc(padding), ...records]);
      padding = 0;
      await appendFile(path, bytes);
    }
  };
}

function checksum(content: Uint8Array): Buffer {
  return createHash("sha256").update(content).digest().subarray(0, checkBytes);
}

/** The cache key of one list of token ids. */
export function idsKey(ids: readonly number[]): string {
  return createHash("sha256").update(Int32Array.from(ids)).digest("hex");
}
