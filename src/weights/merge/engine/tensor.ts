import {countNonFinite, decode, encode, type FloatDtype, roundTo, rounded} from "../numeric/convert.js";
import {dot, subtract} from "../numeric/vector.js";
import {DTYPE_BITS} from "../../safetensors/dtype.js";
import type {ThreadFiles} from "./files.js";
import {HeldReader} from "./held.js";
import type {PlacedJob, TensorInput, TensorJob} from "./job.js";
import {loadRows} from "./rowMap.js";
import {BLOCK, type ThreadBuffers} from "./scratch.js";

export interface TensorBlock {
  start: number;
  count: number;
}

/**
 * One output tensor as a method sees it: inputs are loaded block by block as float32 (rounded to the recipe's
 * dtype), results are stored block by block. A method may go over the blocks as often as it needs.
 */
export class MergeTensor {
  readonly count: number;
  readonly columns: number;
  readonly work: FloatDtype;
  readonly base: number;
  /** Inputs other than the base. */
  readonly others: number[];
  private readonly held: HeldReader;
  private copied = 0;
  nonFinite = 0;
  squares = 0;
  bytesWritten = 0;

  constructor(
    readonly job: TensorJob,
    private readonly place: PlacedJob | undefined,
    private readonly files: ThreadFiles,
    private readonly scratch: ThreadBuffers,
    private readonly stop: () => boolean = () => false
  ) {
    this.count = job.shape.reduce((product, size) => product * size, 1);
    this.columns = job.shape.at(-1) ?? 1;
    this.work = job.work;
    this.base = job.base;
    this.others = job.inputs.flatMap((_, i) => (i === job.base ? [] : [i]));
    this.held = new HeldReader(files, (bytes) => scratch.bytes(bytes));
  }

  get bytesRead(): number {
    return this.held.bytesRead + this.copied;
  }

  parameter(name: string): number {
    return known(this.job.parameters[name], name);
  }

  /** A parameter of one model, as written. */
  own(input: number, name: string): number {
    return known(this.job.inputs[input]!.parameters[name], name);
  }

  /** A parameter of one model that becomes a tensor in the reference: rounded to the working dtype. */
  ownRounded(input: number, name: string): number {
    return rounded(this.work, this.own(input, name));
  }

  input(i: number): TensorInput {
    return this.job.inputs[i]!;
  }

  /** A buffer of at least `count` float32, kept until the tensor is done. */
  float(count = BLOCK): Float32Array {
    return this.scratch.float(count);
  }

  double(count = BLOCK): Float64Array {
    return this.scratch.double(count);
  }

  /** Zeros to count with, kept until the tensor is done. */
  counters(count: number): Uint32Array {
    return this.scratch.counters(count);
  }

  /** Room for so many bits, kept until the tensor is done. */
  mask(bits: number): Uint8Array {
    return this.scratch.mask(bits);
  }

  /** Blocks in ascending order; with `rows`, of whole rows (a tensor of one dimension is one row). */
  *blocks(rows = false): Generator<TensorBlock> {
    const [from, to] = this.job.range ?? [0, this.count];
    const step = rows ? Math.max(1, Math.floor(BLOCK / Math.max(1, this.columns))) * this.columns : BLOCK;
    for (let start = from; start < to; start += step) {
      if (this.stop()) throw new MergeStopped();
      yield {start, count: Math.min(step, to - start)};
    }
  }

  /** Whole blocks spread evenly over the tensor, about `budget` elements of it. */
  *sampleBlocks(budget: number): Generator<TensorBlock> {
    const blocks = Math.ceil(this.count / BLOCK);
    const wanted = Math.max(1, Math.min(blocks, Math.ceil(budget / BLOCK)));
    for (let k = 0; k < wanted && blocks > 0; k++) {
      const start = Math.floor((k * blocks) / wanted) * BLOCK;
      yield {start, count: Math.min(BLOCK, this.count - start)};
    }
  }

  /** Float32 buffer size that holds any block of `blocks(rows)`. */
  blockSize(rows = false): number {
    return rows ? Math.max(BLOCK, this.columns) : BLOCK;
  }

  load(input: number, {start, count}: TensorBlock, out: Float32Array): void {
    const source = this.job.inputs[input]!;
    if (source.rows) loadRows(source, this.job.shape, {start, count}, out, this.held);
    else if (sameShape(source.shape, this.job.shape)) this.held.read(source, start, count, out);
    else this.loadCropped(source, start, count, out);
    if (this.job.cast) roundTo(this.job.cast, out, count);
    if (this.work !== "F32") roundTo(this.work, out, count);
  }

  /** The difference to the base, whose same block is in `base`. */
  loadDelta(input: number, block: TensorBlock, base: Float32Array, out: Float32Array): void {
    this.load(input, block, out);
    subtract(out, base, block.count);
    this.round(out, block.count);
  }

  private loadCropped(source: TensorInput, start: number, count: number, out: Float32Array): void {
    const width = source.shape.at(-1)!;
    for (let at = start; at < start + count;) {
      const row = Math.floor(at / this.columns);
      const column = at - row * this.columns;
      const length = Math.min(this.columns - column, start + count - at);
      this.held.read(source, row * width + column, length, out.subarray(at - start, at - start + length));
      at += length;
    }
  }

  round(values: Float32Array, count: number): void {
    roundTo(this.work, values, count);
  }

  /** Writes a block of the result, rounding once to the output's dtype. */
  store({start, count}: TensorBlock, values: Float32Array): void {
    const {place} = this;
    if (!place) throw new Error(`${this.job.name} has no place to be written`);
    const dtype = this.job.out as FloatDtype;
    const size = DTYPE_BITS[dtype] / 8;
    const bytes =
      dtype === "F32"
        ? new Uint8Array(values.buffer, values.byteOffset, count * size)
        : this.scratch.bytes(count * size);
    this.nonFinite += dtype === "F32" ? countNonFinite(values, count) : encode(dtype, values, count, bytes);
    this.squares += dot(values, values, count);
    this.files.write(place.file, place.offset + start * size, bytes);
    this.bytesWritten += bytes.byteLength;
  }

  /** Copies an input's bytes as they are. */
  copy(input: number): void {
    const source = this.job.inputs[input]!;
    const bits = DTYPE_BITS[source.dtype];
    const total = (this.count * bits) / 8;
    const float = ["F32", "BF16", "F16", "F64"].includes(source.dtype);
    const step = BLOCK * 8;
    const values = this.float();
    for (let at = 0; at < total; at += step) {
      if (this.stop()) throw new MergeStopped();
      const bytes = this.scratch.bytes(Math.min(step, total - at));
      this.files.read(source.file, source.offset + at, bytes);
      this.files.write(this.place!.file, this.place!.offset + at, bytes);
      this.copied += bytes.byteLength;
      this.bytesWritten += bytes.byteLength;
      if (float) this.scan(source, bytes, values);
    }
  }

  private scan(source: TensorInput, bytes: Uint8Array, values: Float32Array): void {
    const size = DTYPE_BITS[source.dtype] / 8;
    for (let from = 0; from < bytes.byteLength; from += BLOCK * size) {
      const part = bytes.subarray(from, from + BLOCK * size);
      const count = part.byteLength / size;
      decode(source.dtype, part, count, values);
      this.nonFinite += countNonFinite(values, count);
      this.squares += dot(values, values, count);
    }
  }
}

/** Thrown inside a worker when the merge was interrupted. */
export class MergeStopped extends Error {
  constructor() {
    super("stopped");
  }
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

function known(value: number | undefined, name: string): number {
  if (value === undefined) throw new Error(`no value for ${name}`);
  return value;
}
