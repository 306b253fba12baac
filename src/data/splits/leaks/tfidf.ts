/** A text's character grams by number, ascending, each with how often it comes. */
export interface Grams {
  ids: Uint32Array;
  counts: Float32Array;
}

/**
 * TF-IDF vectors of character 3- to 5-grams within words, each word with a blank before and after: scikit-learn's
 * TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)), with idf = ln((1 + texts) / (1 + texts with the gram)) + 1.
 * A gram that no learned text has weighs most, where scikit-learn would drop it: what only one side says makes the two
 * differ.
 */
export class TfIdf {
  readonly #numbers = new Map<string, number>();
  /** By gram, the learned texts that have it. */
  readonly #texts: number[] = [];
  #learned = 0;

  learn(plain: string): Grams {
    const grams = this.grams(plain);
    this.#learned++;
    for (const id of grams.ids) this.#texts[id]!++;
    return grams;
  }

  grams(plain: string): Grams {
    const found: number[] = [];
    eachGram(plain, (gram) => found.push(this.#number(gram)));
    found.sort((a, b) => a - b);
    const ids: number[] = [];
    const counts: number[] = [];
    for (const id of found)
      if (ids.at(-1) === id) counts[counts.length - 1]!++;
      else {
        ids.push(id);
        counts.push(1);
      }
    return {ids: Uint32Array.from(ids), counts: Float32Array.from(counts)};
  }

  /** Weights in the order of the ids, of length 1 together. Asked once all texts are learned. */
  weights({ids, counts}: Grams): Float64Array {
    const weights = Float64Array.from(
      ids,
      (id, i) => counts[i]! * (Math.log((1 + this.#learned) / (1 + this.#texts[id]!)) + 1)
    );
    const length = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0));
    return weights.map((weight) => weight / length);
  }

  #number(gram: string): number {
    const known = this.#numbers.get(gram);
    if (known !== undefined) return known;
    this.#numbers.set(gram, this.#texts.length);
    return this.#texts.push(0) - 1;
  }
}

/** A word too short for a size is one gram as it stands, once. */
function eachGram(plain: string, each: (gram: string) => void): void {
  for (const word of plain.split(" ")) {
    const padded = ` ${word} `;
    for (let size = 3; size <= 5; size++) {
      each(padded.slice(0, size));
      for (let at = 1; at + size <= padded.length; at++) each(padded.slice(at, at + size));
      if (size >= padded.length) break;
    }
  }
}
