/** Which of `n` things belong together, as pairs of them are joined. */
export class UnionFind {
  readonly #parent: Int32Array;

  constructor(n: number) {
    this.#parent = Int32Array.from({length: n}, (_, i) => i);
  }

  /** A thing's stand-in: the smallest number it is joined with. */
  find(i: number): number {
    const parent = this.#parent;
    while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
    return i;
  }

  join(i: number, j: number): void {
    const [a, b] = [this.find(i), this.find(j)];
    if (a < b) this.#parent[b] = a;
    else if (b < a) this.#parent[a] = b;
  }
}
