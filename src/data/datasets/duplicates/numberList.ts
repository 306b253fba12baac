const CHUNK = 1 << 12;

/** A growing list of doubles, 8 bytes each; it never copies what it holds, so that its memory is no more than its content. */
export class NumberList {
  readonly #chunks: Float64Array[] = [];
  length = 0;

  push(value: number): void {
    const at = this.length % CHUNK;
    if (at === 0) this.#chunks.push(new Float64Array(CHUNK));
    this.#chunks[this.#chunks.length - 1]![at] = value;
    this.length++;
  }

  at(index: number): number {
    return this.#chunks[Math.floor(index / CHUNK)]![index % CHUNK]!;
  }

  /** Forgets all but the first `length` values. */
  cut(length: number): void {
    this.#chunks.length = Math.ceil(length / CHUNK);
    this.length = length;
  }

  /** All values in one array. */
  toArray(): Float64Array {
    const all = new Float64Array(this.length);
    for (const [i, chunk] of this.#chunks.entries())
      all.set(chunk.subarray(0, Math.min(CHUNK, this.length - i * CHUNK)), i * CHUNK);
    return all;
  }
}
