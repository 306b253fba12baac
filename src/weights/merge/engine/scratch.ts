import {Arena} from "../simd/arena.js";

/** Elements of a block: small enough that a handful of float32 blocks stay in a core's cache. */
export const BLOCK = 32768;

/** Buffers that one thread uses again for tensor after tensor, in an arena as far as they fit. */
export class ThreadBuffers {
  private readonly arena = Arena.take();
  private readonly floats = new Pool(Float32Array, this.arena);
  private readonly doubles = new Pool(Float64Array, this.arena);
  private readonly words = new Pool(Uint32Array, this.arena);
  private readonly masks = new Pool(Uint8Array, this.arena);
  private readonly raw = new Pool(Uint8Array, this.arena);

  reset(): void {
    for (const pool of [this.floats, this.doubles, this.words, this.masks]) pool.reset();
  }

  float(count: number): Float32Array {
    return this.floats.take(Math.max(count, BLOCK));
  }

  double(count: number): Float64Array {
    return this.doubles.take(Math.max(count, BLOCK));
  }

  /** Zeros to count with. */
  counters(count: number): Uint32Array {
    return this.words.take(count).fill(0);
  }

  /** Room for so many bits, in steps so that tensors of growing sizes leave little behind. */
  mask(bits: number): Uint8Array {
    return this.masks.take(2 ** Math.ceil(Math.log2(Math.max(bits, BLOCK) / 8)));
  }

  /** The one buffer for bytes of files. */
  bytes(count: number): Uint8Array {
    this.raw.reset();
    return this.raw.take(Math.max(count, BLOCK * 8)).subarray(0, count);
  }

  /** Nothing got from here may be used afterwards. */
  release(): void {
    this.arena.release();
  }
}

type ScratchArray = Float32Array | Float64Array | Uint32Array | Uint8Array;

/** Arrays of one type, handed out in the same order after every reset. */
class Pool<T extends ScratchArray> {
  private readonly arrays: T[] = [];
  private used = 0;

  constructor(
    private readonly type: {
      new (buffer: ArrayBuffer, at: number, count: number): T;
      new (count: number): T;
      BYTES_PER_ELEMENT: number;
    },
    private readonly arena: Arena
  ) {}

  reset(): void {
    this.used = 0;
  }

  take(count: number): T {
    const at = this.used++;
    const known = this.arrays[at];
    if (known && known.length >= count) return known;
    const address = this.arena.allocate(count * this.type.BYTES_PER_ELEMENT);
    return (this.arrays[at] =
      address === undefined ? new this.type(count) : new this.type(this.arena.buffer, address, count));
  }
}
