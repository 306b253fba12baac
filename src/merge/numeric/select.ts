/** A value of sorted keys: how many keys are smaller, and how many equal it. */
export interface Rank {
  key: number;
  below: number;
  equal: number;
}

/** Calls `visit` with every block of values, in the same order each time it is called. */
export type Pass = (visit: (values: Float32Array, count: number) => void) => void;

/**
 * The magnitudes at the given ascending positions (0 = smallest), found by counting instead of sorting: one pass
 * counts the upper 16 bits, a second the lower 16 bits within the buckets that matter. Keys are the bits of the
 * float's magnitude, which order as the magnitudes do. `coarse` says that the lower bits are all zero (bfloat16).
 */
export function magnitudesAt(positions: readonly number[], pass: Pass, coarse = false): Rank[] {
  const upper = new Uint32Array(32768);
  pass((values, count) => {
    const bits = new Uint32Array(values.buffer, values.byteOffset, count);
    for (let i = 0; i < count; i++) {
      const bucket = (bits[i]! & 0x7fffffff) >>> 16;
      upper[bucket] = upper[bucket]! + 1;
    }
  });
  const found = positions.map((position) => locate(upper, position));
  if (coarse) return found.map(({bucket, below, equal}) => ({key: bucket << 16, below, equal}));
  const lower = new Map(found.map(({bucket}) => [bucket, new Uint32Array(65536)]));
  const only = lower.size === 1 ? [...lower][0] : undefined;
  pass((values, count) => {
    const bits = new Uint32Array(values.buffer, values.byteOffset, count);
    if (only) {
      const [wanted, counts] = only;
      for (let i = 0; i < count; i++) {
        const key = bits[i]! & 0x7fffffff;
        if (key >>> 16 === wanted) counts[key & 0xffff] = counts[key & 0xffff]! + 1;
      }
    } else
      for (let i = 0; i < count; i++) {
        const key = bits[i]! & 0x7fffffff;
        const counts = lower.get(key >>> 16);
        if (counts) counts[key & 0xffff] = counts[key & 0xffff]! + 1;
      }
  });
  return found.map(({bucket, below}, i) => {
    const inside = locate(lower.get(bucket)!, positions[i]! - below);
    return {key: (bucket << 16) | inside.bucket, below: below + inside.below, equal: inside.equal};
  });
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
