import {createHash} from "node:crypto";

/**
 * A stream of uniform 32-bit numbers addressed by position, drawn from (seed, tensor, model): the same whatever the
 * shards, the order of work and the number of threads.
 */
export function randomAt(seed: number, tensor: string, model: string): (position: number) => number {
  const digest = createHash("sha256").update(`${seed}\0${tensor}\0${model}`).digest();
  const k0 = digest.readUInt32LE(0);
  const k1 = digest.readUInt32LE(4);
  return (position) => {
    let h = Math.imul((position >>> 0) ^ k0, 0x85ebca6b);
    h ^= h >>> 15;
    const high = position < 4294967296 ? 0 : Math.floor(position / 4294967296);
    h = Math.imul((h + k1 + high) | 0, 0xc2b2ae35);
    h ^= h >>> 13;
    h = Math.imul(h, 0x27d4eb2f);
    h ^= h >>> 16;
    h = Math.imul(h, 0x9e3779b1);
    return (h ^ (h >>> 15)) >>> 0;
  };
}
