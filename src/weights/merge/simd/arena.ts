import * as KERNELS from "./kernels/index.js";
import {assemble} from "./kernel.js";

/** Compiled kernels by name: addresses and numbers in the order of their parameters, the number of values last. */
export type Kernels = {readonly [N in keyof typeof KERNELS]: (...values: number[]) => number};

/** Memory of one thread's blocks. Only what is used takes room; what does not fit is made elsewhere. */
const PAGES = 1024;
const PAGE = 65536;
/** Where kernels leave sums. */
export const RESULTS = 64;

let compiled: WebAssembly.Module | undefined;
const idle: Arena[] = [];
const byBuffer = new WeakMap<ArrayBufferLike, Arena>();

/** WebAssembly memory with the kernels that work on it. */
export class Arena {
  readonly kernels: Kernels;
  readonly buffer: ArrayBuffer;
  readonly results: Float64Array;
  private top = 128;

  constructor() {
    const memory = new WebAssembly.Memory({initial: PAGES, maximum: PAGES});
    compiled ??= new WebAssembly.Module(assemble(KERNELS));
    this.kernels = new WebAssembly.Instance(compiled, {env: {memory}}).exports as unknown as Kernels;
    this.buffer = memory.buffer;
    this.results = new Float64Array(this.buffer, RESULTS, 4);
    byBuffer.set(this.buffer, this);
  }

  /** Address of so many free bytes, or undefined when they do not fit. They may hold anything. */
  allocate(bytes: number): number | undefined {
    const at = this.top;
    if (at + bytes > PAGES * PAGE) return undefined;
    this.top = Math.ceil((at + bytes) / 64) * 64;
    return at;
  }

  /** An arena nobody uses, with everything free. */
  static take(): Arena {
    return idle.pop() ?? new Arena();
  }

  /** Gives the arena to the next who takes one: arrays in it must not be used any more. */
  release(): void {
    this.top = 128;
    idle.push(this);
  }
}

/** The arena that all these arrays lie in; undefined when there is none. */
export function arenaOf(first: ArrayBufferView, ...others: readonly ArrayBufferView[]): Arena | undefined {
  for (const other of others) if (other.buffer !== first.buffer) return undefined;
  return byBuffer.get(first.buffer);
}
