import {bandKeysOf} from "./bandKeys.js";
import {bandsFor} from "./bands.js";
import {MinHasher} from "./minHash.js";
import {NumberList} from "./numberList.js";
import {plainWords} from "./plainWords.js";
import {nearDuplicateSettings, type NearDuplicateSettings} from "./settings.js";
import {eachShingle} from "./shingles.js";
import {hashNumber, hashUnits, mixWords} from "./wordHash.js";

/** Words of a shingle. */
export const SHINGLE_WORDS = 5;

/** Of a bucket with more texts than this, each is compared with this many that follow it in the order of content. */
const MOST_COMPARED = 64;

/**
 * Texts by what they say, to find those that say nearly the same: at least as alike as `threshold` says. Memory: about 28 bytes
 * and 8 a band (`bandsFor`) for a distinct text, and 8 for each of its shingles. Texts equal after `plainWords` are one text here. What it finds does not depend on the
 * order in which texts were added.
 */
export class TextIndex {
  readonly #settings: Required<NearDuplicateSettings>;
  readonly #hasher: MinHasher;
  readonly #numbers = new Map<number, number>();
  /** A number of each text's content, for an order that is the same however the texts came. */
  readonly #contents = new NumberList();
  readonly #shingles = new NumberList();
  /** Where each text's shingles begin. */
  readonly #starts = new NumberList();
  readonly #bands: NumberList[];

  constructor(settings: NearDuplicateSettings = {}) {
    this.#settings = nearDuplicateSettings(settings);
    this.#hasher = new MinHasher(bandsFor(this.#settings.threshold));
    this.#bands = Array.from({length: this.#hasher.bands}, () => new NumberList());
  }

  /** How many distinct texts there are. */
  get size(): number {
    return this.#contents.length;
  }

  /** The number of a text: a new one, or the one it got before. */
  add(text: string): number {
    const plain = plainWords(text, this.#settings);
    const hash = {high: 0, low: 0};
    hashUnits(plain, 0, plain.length, hash);
    const content = hashNumber(hash);
    const found: number[] = [];
    eachShingle(plain, SHINGLE_WORDS, true, (shingle) => found.push(hashNumber(shingle)));
    const shingles = distinctSorted(found);
    // Two texts may share a 53-bit number by chance; then the second is not looked up but stands alone.
    const seen = this.#numbers.get(content);
    if (seen !== undefined && this.#holds(seen, shingles)) return seen;
    const number = this.size;
    if (seen === undefined) this.#numbers.set(content, number);
    this.#contents.push(content);
    this.#starts.push(this.#shingles.length);
    for (const shingle of shingles) this.#shingles.push(shingle);
    const keys = bandKeysOf(this.#hasher, content, shingles.length, (add) =>
      eachShingle(plain, SHINGLE_WORDS, true, add)
    );
    for (const [b, band] of this.#bands.entries()) band.push(keys[b]!);
    return number;
  }

  /** Forgets all but the first `size` texts. */
  cut(size: number): void {
    if (size >= this.size) return;
    for (let number = size; number < this.size; number++) {
      const content = this.#contents.at(number);
      if (this.#numbers.get(content) === number) this.#numbers.delete(content);
    }
    this.#shingles.cut(this.#starts.at(size));
    for (const list of [this.#contents, this.#starts, ...this.#bands]) list.cut(size);
  }

  /** Jaccard similarity of two texts' shingles, exact: shared / all, from 0 to 1; empty texts are alike. */
  similarity(a: number, b: number): number {
    if (a === b) return 1;
    let [i, j] = [this.#starts.at(a), this.#starts.at(b)];
    const [endA, endB] = [this.#end(a), this.#end(b)];
    const all = endA - i + (endB - j);
    let shared = 0;
    while (i < endA && j < endB) {
      const difference = this.#shingles.at(i) - this.#shingles.at(j);
      if (difference === 0) shared++;
      if (difference <= 0) i++;
      if (difference >= 0) j++;
    }
    return all === 0 ? 1 : shared / (all - shared);
  }

  /**
   * Calls `each` with the pairs of distinct texts that meet in a bucket and are at least as alike as the threshold; a pair
   * may come more than once. Pairs for which `skip` is true are not compared.
   */
  pairs(
    skip: (a: number, b: number) => boolean,
    each: (a: number, b: number, similarity: number) => void
  ): void {
    for (const [b, band] of this.#bands.entries())
      for (const texts of sharedKeys(band.toArray())) {
        if (texts.length > 2) this.#sort(texts, b);
        for (let i = 0; i < texts.length; i++)
          for (let j = i + 1; j < texts.length && j - i <= MOST_COMPARED; j++) {
            const [a, b] = [texts[i]!, texts[j]!];
            if (skip(a, b)) continue;
            const similarity = this.similarity(a, b);
            if (similarity >= this.#settings.threshold) each(a, b, similarity);
          }
      }
  }

  /** By content, in another order for each band, so that in large buckets each band compares other pairs. */
  #sort(texts: number[], band: number): void {
    if (texts.length <= MOST_COMPARED) return;
    const order = new Map(
      texts.map((text) => {
        const content = this.#contents.at(text);
        return [text, mixWords(content | 0, (content / 0x200000) ^ band)];
      })
    );
    texts.sort((a, b) => order.get(a)! - order.get(b)! || this.#contents.at(a) - this.#contents.at(b));
  }

  #end(text: number): number {
    return text + 1 < this.size ? this.#starts.at(text + 1) : this.#shingles.length;
  }

  #holds(text: number, shingles: readonly number[]): boolean {
    const start = this.#starts.at(text);
    return (
      this.#end(text) - start === shingles.length &&
      shingles.every((shingle, i) => this.#shingles.at(start + i) === shingle)
    );
  }
}

function distinctSorted(numbers: number[]): number[] {
  const sorted = numbers.length > 1 ? numbers.sort((a, b) => a - b) : numbers;
  return sorted.filter((number, i) => i === 0 || number !== sorted[i - 1]);
}

/**
 * Places with the same key, two or more each. Sorting plain doubles is several times faster than sorting
 * places by a function: so the lower bits of each key give way to its place, and runs of equal upper bits
 * are then told apart by the whole key.
 */
export function* sharedKeys(keys: Float64Array): Generator<number[]> {
  const room = 2 ** Math.ceil(Math.log2(keys.length + 1));
  const sorted = keys.map((key, place) => key - (key % room) + place).sort();
  for (let start = 0; start < sorted.length;) {
    const upper = sorted[start]! - (sorted[start]! % room);
    let end = start + 1;
    while (end < sorted.length && sorted[end]! < upper + room) end++;
    if (end - start > 1) {
      const places = Array.from(sorted.subarray(start, end), (value) => value - upper);
      const byKey = new Map<number, number[]>();
      for (const place of places) {
        const same = byKey.get(keys[place]!);
        if (same) same.push(place);
        else byKey.set(keys[place]!, [place]);
      }
      for (const same of byKey.values()) if (same.length > 1) yield same;
    }
    start = end;
  }
}
