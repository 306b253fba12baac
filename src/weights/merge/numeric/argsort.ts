/** Digits of the keys are counted here; the largest are of 11 bits, three of them. */
const counts = new Uint32Array(3 * 2048);
/** Rows from this length on are sorted by fewer, wider digits. */
const LONG = 8192;

/**
 * Positions of the values by ascending magnitude; equal magnitudes keep their order. Sorts by digits, so that a row of
 * a few thousand takes microseconds. `order` and `spare` hold at least `count` entries.
 */
export function argsortMagnitudes(
  values: Float32Array,
  count: number,
  order: Uint32Array,
  spare: Uint32Array
): Uint32Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, count);
  const width = count < LONG ? 8 : 11;
  const buckets = 1 << width;
  const digits = Math.ceil(31 / width);
  countDigits(bits, width, digits);
  let from = order;
  let to = spare;
  for (let i = 0; i < count; i++) from[i] = i;
  for (let d = 0; d < digits; d++) {
    const shift = d * width;
    const at = d * buckets;
    if (!startsOf(at, buckets, count)) continue;
    for (let i = 0; i < count; i++) {
      const position = from[i]!;
      to[counts[at + (((bits[position]! & 0x7fffffff) >>> shift) & (buckets - 1))]!++] = position;
    }
    [from, to] = [to, from];
  }
  return from;
}

function countDigits(bits: Uint32Array, width: number, digits: number): void {
  const buckets = 1 << width;
  counts.fill(0, 0, digits * buckets);
  for (let i = 0; i < bits.length; i++) {
    let key = bits[i]! & 0x7fffffff;
    for (let at = 0; at < digits * buckets; at += buckets) {
      counts[at + (key & (buckets - 1))]!++;
      key >>>= width;
    }
  }
}

/** Turns counts into the places where each bucket begins; false when all keys share one bucket. */
function startsOf(from: number, buckets: number, count: number): boolean {
  let sum = 0;
  for (let b = from; b < from + buckets; b++) {
    const own = counts[b]!;
    if (own === count) return false;
    counts[b] = sum;
    sum += own;
  }
  return true;
}
