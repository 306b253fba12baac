import {createHash} from "node:crypto";
import {arenaOf} from "../simd/arena.js";
import {whole} from "./vector.js";

/**
 * Uniform 32-bit numbers addressed by position, drawn from (seed, tensor, model): the same whatever the shards, the
 * order of work and the number of threads.
 */
export class RandomDraws {
  private readonly first: number;
  private readonly second: number;

  constructor(seed: number, tensor: string, model: string) {
    const digest = createHash("sha256").update(`${seed}\0${tensor}\0${model}`).digest();
    this.first = digest.readUInt32LE(0);
    this.second = digest.readUInt32LE(4);
  }

  at(position: number): number {
    let h = Math.imul((position >>> 0) ^ this.first, 0x85ebca6b);
    h ^= h >>> 15;
    h = Math.imul((h + this.second + upperHalf(position)) | 0, 0xc2b2ae35);
    h ^= h >>> 13;
    h = Math.imul(h, 0x27d4eb2f);
    h ^= h >>> 16;
    h = Math.imul(h, 0x9e3779b1);
    return (h ^ (h >>> 15)) >>> 0;
  }

  /**
   * Sets the bits (the first position's in the highest bit of a byte) of so many positions from `start` on whose
   * number is below density * 2^32, to 31 bits.
   */
  mask(into: Uint8Array, start: number, count: number, density: number): void {
    const limit = Math.floor(density * 2147483648);
    const second = this.secondAt(start, count);
    const arena = second === undefined ? undefined : arenaOf(into);
    arena?.kernels.drawMask(into.byteOffset, start, this.first, second!, limit, whole(count));
    const from = arena ? whole(count) : 0;
    into.fill(0, from / 8, Math.ceil(count / 8));
    for (let i = from; i < count; i++)
      into[i >> 3]! |= (((this.at(start + i) >>> 1) - limit) >>> 31) << (7 - (i & 7));
  }

  /** The same of positions whose number is below that of their own limit, as `limitOf` writes it. */
  maskUnder(into: Uint8Array, start: number, count: number, limits: Int32Array): void {
    const second = this.secondAt(start, count);
    const arena = second === undefined ? undefined : arenaOf(into, limits);
    arena?.kernels.drawUnder(into.byteOffset, limits.byteOffset, start, this.first, second!, whole(count));
    const from = arena ? whole(count) : 0;
    into.fill(0, from / 8, Math.ceil(count / 8));
    for (let i = from; i < count; i++)
      into[i >> 3]! |= Number((this.at(start + i) ^ HALF) < limits[i ^ 3]!) << (7 - (i & 7));
  }

  /** What kernels add in the middle; undefined where the positions' upper halves differ. */
  private secondAt(start: number, count: number): number | undefined {
    const high = upperHalf(start);
    return high === upperHalf(start + count) ? this.second + high : undefined;
  }
}

const HALF = 0x80000000;

/** A share of all numbers as a limit for `maskUnder`, which takes that of position i at i ^ 3. */
export function limitOf(share: number): number {
  return Math.min(4294967295, Math.ceil(share * 4294967296)) ^ HALF;
}

function upperHalf(position: number): number {
  return position < 4294967296 ? 0 : Math.floor(position / 4294967296);
}
