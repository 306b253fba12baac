/** The two 32-bit halves of a hash; one object is reused, since millions are made. */
export interface Hash64 {
  high: number;
  low: number;
}

/**
 * A 64-bit hash of the UTF-16 units from `start` to `end` (exclusive) of a text: two lanes of multiply and xor,
 * mixed with the finaliser of MurmurHash3. For looking texts up, not against an adversary.
 */
export function hashUnits(text: string, start: number, end: number, into: Hash64): void {
  let a = 0x9e3779b1 ^ (end - start);
  let b = 0x85ebca77;
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul((a << 13) | (a >>> 19), 5) + 0x6b64;
    a = Math.imul(a ^ unit, 0xcc9e2d51);
    b = Math.imul(b ^ unit, 0x1b873593);
    b = (b << 15) | (b >>> 17);
  }
  a = finish(a ^ Math.imul(b, 0x27d4eb2f));
  b = finish(b ^ Math.imul(a, 0x165667b1));
  into.high = a >>> 0;
  into.low = b >>> 0;
}

/** Two 32-bit words mixed into one. */
export function mixWords(a: number, b: number): number {
  return finish(Math.imul(a ^ (b >>> 3), 0x9e3779b1) + Math.imul(b, 0x85ebca6b));
}

function finish(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** The number a hash is kept as: 53 of its bits, exact in a double. */
export function hashNumber({high, low}: Hash64): number {
  return high * 0x200000 + (low & 0x1fffff);
}
