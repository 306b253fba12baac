/** A set of whole numbers in [0, size), one bit each. */
export interface Bits {
  has(n: number): boolean;
  add(n: number): void;
  /** How many members. */
  readonly count: number;
}

export function createBits(size: number): Bits {
  const bytes = new Uint8Array(Math.ceil(size / 8));
  let count = 0;
  return {
    has: (n) => (bytes[Math.floor(n / 8)]! & (1 << (n & 7))) !== 0,
    add(n) {
      const bit = 1 << (n & 7);
      if (bytes[Math.floor(n / 8)]! & bit) return;
      bytes[Math.floor(n / 8)]! |= bit;
      count++;
    },
    get count() {
      return count;
    }
  };
}
