import {arenaOf} from "../simd/arena.js";
import type {Counters} from "./select.js";

/** Bits of a digit at most, by the length of the rows: the table of a short row would take longer than its values. */
const widest = (length: number) => (length < 1024 ? 8 : length < 4096 ? 10 : 11);

/** One step of a sort by digits: the bits from `shift` on that `mask` leaves. */
interface Digit {
  shift: number;
  mask: number;
}

/**
 * Ranks the magnitudes of rows of one length, the smallest first; equal ones keep their order. Sorts by digits of the bits
 * that differ in the row, so that one of a few thousand takes microseconds.
 */
export class MagnitudeRanks {
  private readonly natural: Uint32Array;
  private readonly orders: [Uint32Array, Uint32Array];
  private readonly places: Uint32Array;
  private readonly width: number;

  constructor(
    private readonly length: number,
    counters: Counters
  ) {
    this.width = widest(length);
    this.natural = counters(length);
    for (let i = 0; i < length; i++) this.natural[i] = i;
    this.orders = [counters(length), counters(length)];
    this.places = counters(2 ** this.width);
  }

  /** For each value what is given for its rank, that of value i at entry (start + i) ^ 3. */
  write(values: Float32Array, given: Int32Array, into: Int32Array, start: number): void {
    const bits = new Uint32Array(values.buffer, values.byteOffset, this.length);
    let from = this.natural;
    let [to, next] = this.orders;
    const digits = this.digitsOf(bits);
    const last = digits.pop()!;
    for (const digit of digits) {
      this.count(bits, digit);
      this.place(bits, digit, from, to);
      [from, to, next] = [to, next, to];
    }
    this.count(bits, last);
    this.writeLast(bits, last, from, {given, into, start});
  }

  /** The lowest digit first; one that holds all values together where they are equal. */
  private digitsOf(bits: Uint32Array): Digit[] {
    const varying = this.varyingBits(bits);
    const top = 32 - Math.clz32(varying);
    const bottom = varying === 0 ? 0 : 31 - Math.clz32(varying & -varying);
    const passes = Math.max(1, Math.ceil((top - bottom) / this.width));
    const width = Math.ceil((top - bottom) / passes);
    return Array.from({length: passes}, (_, pass) => {
      const shift = bottom + pass * width;
      return {shift, mask: 2 ** Math.min(width, top - shift) - 1};
    });
  }

  private varyingBits(bits: Uint32Array): number {
    const arena = arenaOf(bits);
    if (arena) return arena.kernels.varyingBits(bits.byteOffset, this.length);
    let found = 0;
    for (let i = 0; i < this.length; i++) found |= bits[i]! ^ bits[0]!;
    return found & 0x7fffffff;
  }

  /** Leaves in `places` where each value of a digit begins. */
  private count(bits: Uint32Array, {shift, mask}: Digit): void {
    const {places, length} = this;
    places.fill(0, 0, mask + 1);
    const arena = arenaOf(bits, places);
    if (arena) {
      arena.kernels.countDigits(bits.byteOffset, places.byteOffset, shift, mask, length);
      arena.kernels.startsOf(places.byteOffset, mask + 1);
      return;
    }
    for (let i = 0; i < length; i++) places[(bits[i]! >>> shift) & mask]!++;
    let sum = 0;
    for (let bucket = 0; bucket <= mask; bucket++) {
      const own = places[bucket]!;
      places[bucket] = sum;
      sum += own;
    }
  }

  private place(bits: Uint32Array, {shift, mask}: Digit, from: Uint32Array, to: Uint32Array): void {
    const {places, length} = this;
    const arena = arenaOf(bits, places, from, to);
    if (arena) {
      const [fromAt, toAt, bitsAt, placesAt] = [from, to, bits, places].map(({byteOffset}) => byteOffset);
      arena.kernels.placeByDigit(fromAt!, toAt!, bitsAt!, placesAt!, shift, mask, length);
      return;
    }
    for (let i = 0; i < length; i++) {
      const position = from[i]!;
      to[places[(bits[position]! >>> shift) & mask]!++] = position;
    }
  }

  private writeLast(
    bits: Uint32Array,
    {shift, mask}: Digit,
    from: Uint32Array,
    {given, into, start}: {given: Int32Array; into: Int32Array; start: number}
  ): void {
    const {places, length} = this;
    const arena = arenaOf(bits, places, from, given, into);
    if (arena) {
      const [fromAt, givenAt, intoAt] = [from, given, into].map(({byteOffset}) => byteOffset);
      const {byteOffset: bitsAt} = bits;
      arena.kernels.writeByDigit(
        fromAt!,
        givenAt!,
        intoAt!,
        start,
        bitsAt,
        places.byteOffset,
        shift,
        mask,
        length
      );
      return;
    }
    for (let i = 0; i < length; i++) {
      const position = from[i]!;
      into[(start + position) ^ 3] = given[places[(bits[position]! >>> shift) & mask]!++]!;
    }
  }
}
