import {arenaOf} from "../simd/arena.js";
import {whole} from "./vector.js";

/** A value of sorted keys: how many keys are smaller, and how many equal it. */
export interface Rank {
  key: number;
  below: number;
  equal: number;
}

/** Calls `visit` with every block of values, in the same order each time it is called. */
export type ValuePass = (visit: (values: Float32Array, count: number) => void) => void;

/** Makes zeros to count with. */
export type Counters = (count: number) => Uint32Array;

/** Buckets that are looked into in the first walk, at most. */
const GUESSED = 3;

/**
 * Finds the magnitudes at given ascending positions (0 = smallest) by counting instead of sorting: a first walk over
 * all values counts the upper 16 bits, a second the lower 16 bits within the buckets that matter. Keys are the bits
 * of the float's magnitude, which order as the magnitudes do. `coarse` says that the lower bits are all zero
 * (bfloat16), so that one walk is enough; and a sample shown beforehand may tell the buckets, which also saves the
 * second.
 */
export class RankSelection {
  private readonly upper: Uint32Array;
  private readonly lower = new Map<number, Uint32Array>();

  constructor(
    /** May be said after the first walk, where no sample is shown. */
    public positions: readonly number[],
    private readonly coarse: boolean,
    private readonly counters: Counters
  ) {
    this.upper = counters(32768);
  }

  /** Part of the values, before the first walk. */
  sample(values: Float32Array, count: number): void {
    if (!this.coarse) this.first(values, count);
  }

  /** Guesses from `sampled` of `total` values which buckets hold the positions, and forgets the sample. */
  guess(sampled: number, total: number): void {
    if (this.coarse) return;
    for (const position of this.positions) {
      const share = position / total;
      const doubt = 3 * Math.sqrt(share * (1 - share) * sampled);
      const [from, to] = [-doubt, doubt].map((off) => {
        const at = Math.round(share * sampled + off);
        return locate(this.upper, Math.max(0, Math.min(sampled - 1, at))).bucket;
      }) as [number, number];
      if (to - from < GUESSED) for (let bucket = from; bucket <= to; bucket++) this.lookInto(bucket);
    }
    this.upper.fill(0);
  }

  private lookInto(bucket: number): void {
    if (!this.lower.has(bucket)) this.lower.set(bucket, this.counters(65536));
  }

  first(values: Float32Array, count: number): void {
    const {upper} = this;
    const done = whole(count);
    const arena = arenaOf(values, upper);
    arena?.kernels.countUpper(values.byteOffset, upper.byteOffset, done);
    const bits = new Uint32Array(values.buffer, values.byteOffset, count);
    for (let i = arena ? done : 0; i < count; i++) upper[(bits[i]! & 0x7fffffff) >>> 16]!++;
    this.second(values, count);
  }

  /** Whether a second walk is needed, after the first. */
  more(): boolean {
    if (this.coarse) return false;
    const wanted = new Set(this.positions.map((position) => locate(this.upper, position).bucket));
    if ([...wanted].every((bucket) => this.lower.has(bucket))) return false;
    this.lower.clear();
    for (const bucket of wanted) this.lookInto(bucket);
    return true;
  }

  second(values: Float32Array, count: number): void {
    const bits = new Uint32Array(values.buffer, values.byteOffset, count);
    const done = whole(count);
    for (const [bucket, counts] of this.lower) {
      const arena = arenaOf(values, counts);
      arena?.kernels.countLower(values.byteOffset, bucket, counts.byteOffset, done);
      for (let i = arena ? done : 0; i < count; i++) {
        const key = bits[i]! & 0x7fffffff;
        if (key >>> 16 === bucket) counts[key & 0xffff]!++;
      }
    }
  }

  /** One rank a position, after all walks. */
  ranks(): Rank[] {
    return this.positions.map((position) => {
      const {bucket, below, equal} = locate(this.upper, position);
      if (this.coarse) return {key: bucket << 16, below, equal};
      const inside = locate(this.lower.get(bucket)!, position - below);
      return {key: (bucket << 16) | inside.bucket, below: below + inside.below, equal: inside.equal};
    });
  }
}

/** The magnitudes at the given ascending positions of all values that a pass visits. */
export function magnitudesAt(
  positions: readonly number[],
  pass: ValuePass,
  coarse = false,
  counters: Counters = (count) => new Uint32Array(count)
): Rank[] {
  const selection = new RankSelection(positions, coarse, counters);
  pass((values, count) => selection.first(values, count));
  if (selection.more()) pass((values, count) => selection.second(values, count));
  return selection.ranks();
}

function locate(counts: Uint32Array, position: number): {bucket: number; below: number; equal: number} {
  let below = 0;
  for (let bucket = 0; bucket < counts.length; bucket++) {
    const equal = counts[bucket]!;
    if (position < below + equal) return {bucket, below, equal};
    below += equal;
  }
  throw new Error(`no position ${position} among ${below}`);
}
