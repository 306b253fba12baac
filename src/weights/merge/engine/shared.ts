/** What threads share: the next piece of work, a flag to stop, and bytes done. */
export class SharedState {
  private readonly words: Int32Array;
  private readonly bytes: BigInt64Array;

  constructor(readonly buffer = new SharedArrayBuffer(16)) {
    this.words = new Int32Array(buffer, 0, 2);
    this.bytes = new BigInt64Array(buffer, 8, 1);
  }

  next(): number {
    return Atomics.add(this.words, 0, 1);
  }

  stop(): void {
    Atomics.store(this.words, 1, 1);
  }

  get stopped(): boolean {
    return Atomics.load(this.words, 1) === 1;
  }

  addBytes(count: number): void {
    Atomics.add(this.bytes, 0, BigInt(count));
  }

  get done(): number {
    return Number(Atomics.load(this.bytes, 0));
  }
}
