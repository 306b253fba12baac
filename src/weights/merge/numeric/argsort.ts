/** Counts of each digit of the 31 bits of a magnitude, the lowest first: of four narrow digits or of three wide ones. */
const NARROW = [256, 256, 256, 128].map((size) => new Uint32Array(size));
const WIDE = [2048, 2048, 512].map((size) => new Uint32Array(size));
/** Rows from this length on are sorted by fewer, wider digits. */
const LONG = 1024;

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
  const [tables, width] = count < LONG ? [NARROW, 8] : [WIDE, 11];
  for (const table of tables) table.fill(0);
  if (tables === WIDE) countWide(bits);
  else countNarrow(bits);
  let from = order;
  let to = spare;
  for (let i = 0; i < count; i++) from[i] = i;
  tables.forEach((table, digit) => {
    if (!startsOf(table, count)) return;
    placeBy(table, digit * width, bits, from, to);
    [from, to] = [to, from];
  });
  return from;
}

// One loop for all digits, written out: an inner loop over them takes twice as long.
function countNarrow(bits: Uint32Array): void {
  const [first, second, third, last] = NARROW as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  for (let i = 0; i < bits.length; i++) {
    const key = bits[i]!;
    first[key & 255]!++;
    second[(key >>> 8) & 255]!++;
    third[(key >>> 16) & 255]!++;
    last[(key >>> 24) & 127]!++;
  }
}

function countWide(bits: Uint32Array): void {
  const [first, second, last] = WIDE as [Uint32Array, Uint32Array, Uint32Array];
  for (let i = 0; i < bits.length; i++) {
    const key = bits[i]!;
    first[key & 2047]!++;
    second[(key >>> 11) & 2047]!++;
    last[(key >>> 22) & 511]!++;
  }
}

/** Puts positions in the order of a digit, at the places that the table says and moves on. */
function placeBy(
  places: Uint32Array,
  shift: number,
  bits: Uint32Array,
  from: Uint32Array,
  to: Uint32Array
): void {
  const digit = places.length - 1;
  for (let i = 0; i < bits.length; i++) {
    const position = from[i]!;
    to[places[(bits[position]! >>> shift) & digit]!++] = position;
  }
}

/** Turns counts into the places where each bucket begins; false when all keys share one bucket. */
function startsOf(counts: Uint32Array, count: number): boolean {
  let sum = 0;
  for (let b = 0; b < counts.length; b++) {
    const own = counts[b]!;
    if (own === count) return false;
    counts[b] = sum;
    sum += own;
  }
  return true;
}
