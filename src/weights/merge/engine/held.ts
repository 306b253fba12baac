import {adapterRows, type AdapterRows} from "../lora/apply.js";
import type {AdapterChange, Stored} from "../lora/change.js";
import {decode, type FloatDtype, roundTo} from "../numeric/convert.js";
import {DTYPE_BITS} from "../../safetensors/dtype.js";
import type {ThreadFiles} from "./files.js";

/** A stored tensor with what makes it the one its model holds. */
export interface HeldTensor extends Stored {
  /** Applied when the tensor is read. */
  adapter?: AdapterChange;
  /** The dtype the model would hold the tensor in, when that is not the stored one or an adapter changes it. */
  as?: FloatDtype;
}

/**
 * Reads stretches of tensors as their models hold them: with an adapter's change, rounded to the model's dtype. An
 * adapter's factors stay in memory for as long as the reader. Throws when a file ends early.
 */
export class HeldReader {
  private readonly adapters = new Map<HeldTensor, AdapterRows>();
  bytesRead = 0;

  constructor(
    private readonly files: ThreadFiles,
    private readonly buffer: (bytes: number) => Uint8Array = (bytes) => new Uint8Array(bytes)
  ) {}

  /** `count` elements from `start` on, in the tensor's own order. */
  read(tensor: HeldTensor, start: number, count: number, out: Float32Array): void {
    this.readStored(tensor, start, count, out);
    if (tensor.adapter) this.adapt(tensor, tensor.adapter, start, out.subarray(0, count));
    if (tensor.as) roundTo(tensor.as, out, count);
  }

  private readStored({file, offset, dtype}: Stored, start: number, count: number, out: Float32Array): void {
    const size = DTYPE_BITS[dtype] / 8;
    const float32 = dtype === "F32";
    const bytes = float32
      ? new Uint8Array(out.buffer, out.byteOffset, count * size)
      : this.buffer(count * size);
    this.files.read(file, offset + start * size, bytes);
    this.bytesRead += bytes.byteLength;
    if (!float32) decode(dtype, bytes, count, out);
  }

  private adapt(tensor: HeldTensor, change: AdapterChange, start: number, out: Float32Array): void {
    const {shape} = tensor;
    // A bias, and any tensor of one dimension, is one row.
    const flat = shape.length < 2;
    const width = shape.slice(flat ? 0 : 1).reduce((product, size) => product * size, 1);
    let rows = this.adapters.get(tensor);
    if (!rows) {
      rows = adapterRows(
        change,
        flat ? 1 : shape[0]!,
        width,
        (stored) => this.readWhole(stored),
        (row) => {
          const values = new Float32Array(width);
          this.readStored(tensor, row * width, width, values);
          return values;
        }
      );
      this.adapters.set(tensor, rows);
    }
    for (let at = 0; at < out.length;) {
      const row = Math.floor((start + at) / width);
      const column = start + at - row * width;
      const length = Math.min(width - column, out.length - at);
      rows.apply(out.subarray(at, at + length), {row, column, length});
      at += length;
    }
  }

  private readWhole({file, offset, dtype, shape}: Stored): Float32Array {
    const count = shape.reduce((product, size) => product * size, 1);
    const bytes = new Uint8Array((count * DTYPE_BITS[dtype]) / 8);
    this.files.read(file, offset, bytes);
    const values = new Float32Array(count);
    decode(dtype, bytes, count, values);
    return values;
  }
}
