/** How one text is turned into another, word by word. */
export type WordEdit = "keep" | "substitute" | "insert" | "delete";

export interface Alignment {
  distance: number;
  /** Edits that turn the output into the reference, first to last. */
  edits: WordEdit[];
}

const edits: readonly WordEdit[] = ["keep", "substitute", "delete", "insert"];
const unreached = 1 << 29;
const halfBeam = 25;

/**
 * Word edit distance to one reference, looking only near the diagonal, as Tercom does: 25 words to either side, or
 * more when the lengths differ so much that rows would not meet. Texts that share a beginning with the last
 * `rebase`d one reuse its rows, which is what makes trying many shifts affordable.
 */
export class BeamEditDistance {
  readonly #reference: readonly string[];
  readonly #width: number;
  #words: readonly string[] = [];
  #costs: Int32Array[] = [];
  #steps: Uint8Array[] = [];

  constructor(reference: readonly string[]) {
    this.#reference = reference;
    this.#width = reference.length + 1;
    this.#costs = [Int32Array.from({length: this.#width}, (_, j) => j)];
    this.#steps = [new Uint8Array(this.#width).fill(3)];
  }

  distance(words: readonly string[]): number {
    return this.#rows(words).costs.at(-1)![this.#width - 1]!;
  }

  /** Distance and edits; later texts of the same length are compared with this one. */
  rebase(words: readonly string[]): Alignment {
    const {costs, steps} = this.#rows(words);
    this.#words = words;
    this.#costs = costs;
    this.#steps = steps;
    const path: WordEdit[] = [];
    let i = words.length;
    let j = this.#reference.length;
    while (i > 0 || j > 0) {
      const edit = edits[steps[i]![j]!]!;
      path.push(edit);
      if (edit !== "insert") i--;
      if (edit !== "delete") j--;
    }
    return {distance: costs.at(-1)![this.#width - 1]!, edits: path.reverse()};
  }

  #rows(words: readonly string[]): {costs: Int32Array[]; steps: Uint8Array[]} {
    let shared = 0;
    if (words.length === this.#words.length) {
      while (shared < words.length && words[shared] === this.#words[shared]) shared++;
    }
    const costs = this.#costs.slice(0, shared + 1);
    const steps = this.#steps.slice(0, shared + 1);
    const ratio = words.length > 0 ? this.#reference.length / words.length : 1;
    const beam = halfBeam < ratio / 2 ? Math.ceil(ratio / 2 + halfBeam) : halfBeam;
    for (let i = shared + 1; i <= words.length; i++) {
      const above = costs[i - 1]!;
      const cost = new Int32Array(this.#width).fill(unreached);
      const step = new Uint8Array(this.#width);
      const diagonal = Math.floor(i * ratio);
      const end = i === words.length ? this.#width : Math.min(this.#width, diagonal + beam);
      for (let j = Math.max(0, diagonal - beam); j < end; j++) {
        let best = unreached;
        let how = 0;
        if (j > 0) {
          how = words[i - 1] === this.#reference[j - 1] ? 0 : 1;
          best = above[j - 1]! + how;
        }
        // Tercom's preference among equals: keep or substitute, then delete, then insert.
        if (above[j]! + 1 < best) [best, how] = [above[j]! + 1, 2];
        if (j > 0 && cost[j - 1]! + 1 < best) [best, how] = [cost[j - 1]! + 1, 3];
        cost[j] = best;
        step[j] = how;
      }
      costs.push(cost);
      steps.push(step);
    }
    return {costs, steps};
  }
}
