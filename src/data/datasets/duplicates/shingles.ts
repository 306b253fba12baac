import {type Hash64, hashUnits} from "./wordHash.js";

/**
 * Calls `each` with the hash of every run of `size` words, in order, repeated ones included. A text of fewer words
 * is one shingle as a whole when `whole` says so, and has none otherwise. `plain` is what `plainWords` gives.
 */
export function eachShingle(plain: string, size: number, whole: boolean, each: (hash: Hash64) => void): void {
  if (plain === "") return;
  const hash: Hash64 = {high: 0, low: 0};
  const starts = [0];
  for (let blank = plain.indexOf(" "); blank !== -1; blank = plain.indexOf(" ", blank + 1))
    starts.push(blank + 1);
  if (starts.length < size) {
    if (!whole) return;
    hashUnits(plain, 0, plain.length, hash);
    return each(hash);
  }
  for (let i = 0; i + size <= starts.length; i++) {
    const end = i + size < starts.length ? starts[i + size]! - 1 : plain.length;
    hashUnits(plain, starts[i]!, end, hash);
    each(hash);
  }
}
