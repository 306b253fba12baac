/** A seed, or one of the names that derive a stream from it. */
export type Seed = number | string;

/** Four 32-bit words of generator state from a seed and names. 1 and "1" are the same name. */
export function seedState(...names: readonly Seed[]): [number, number, number, number] {
  let first = 0x811c9dc5;
  let second = 0x2c1b3c6d;
  const take = (unit: number) => {
    first = Math.imul(first ^ unit, 0x01000193);
    second = Math.imul(second ^ unit, 0x85ebca6b);
    second ^= second >>> 15;
  };
  for (const name of names) {
    const text = String(name);
    for (let i = 0; i < text.length; i++) take(text.charCodeAt(i));
    // Not a code unit, so ("ab", "c") and ("a", "bc") differ.
    take(0x10000);
  }
  const word = (i: number) => mix(first + Math.imul(i, 0x9e3779b9)) ^ mix(second ^ Math.imul(i, 0x632be5ab));
  const state: [number, number, number, number] = [word(1), word(2), word(3), word(4)];
  // An all-zero state would stay zero for ever.
  if (!(state[0] | state[1] | state[2] | state[3])) state[0] = 1;
  return state;
}

/** MurmurHash3's finaliser: every input bit affects every output bit. */
function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
