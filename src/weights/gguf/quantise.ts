import {availableParallelism} from "node:os";
import {loadGgml, loadLlama, QUANTISE_SETTINGS, type SettingsBytes} from "../ggml/index.js";
import {UserError} from "../../base/validation/errors.js";
import type {FileType} from "./fileTypes.js";
import type {TensorType} from "./tensorTypes.js";

/** Packs float32 values, row by row, into a block format. */
export type Quantise = (type: TensorType, values: Float32Array, row: number) => Uint8Array;

/** The library's quantiser. A row must fill whole blocks: elsewhere the library ends the process. */
export async function libraryQuantiser(): Promise<Quantise> {
  const {base} = await loadGgml();
  return (type, values, row) => {
    if (row % type.block !== 0 || values.length % row !== 0)
      throw new Error(`${values.length} values in rows of ${row} do not fill blocks of ${type.name}`);
    const out = new Uint8Array((values.length / type.block) * type.bytes);
    base.quantize_chunk(type.id, values, out, 0, values.length / row, row, null);
    return out;
  };
}

/** The values that packed bytes stand for, for every type of `tensorTypes.ts` that holds floats. */
export type Dequantise = (type: TensorType, bytes: Uint8Array) => Float32Array;

/** The library's own reading of its block formats. */
export async function libraryDequantiser(): Promise<Dequantise> {
  const ggml = await loadGgml();
  const library = ggml.open(ggml.libraries.base);
  const functions = new Map<string, (from: Uint8Array, to: Float32Array, count: number) => void>();
  const functionOf = (name: string) => {
    let found = functions.get(name);
    if (!found) {
      const suffix = name
        .replace(/^[A-Z]+/, (letters) => letters.toLowerCase())
        .replace(/_X+S$|_[SM]$|_NL$/, (end) => end.toLowerCase());
      found = library.func(
        `void dequantize_row_${suffix}(const void *from, void *to, int64_t count)`
      ) as never;
      functions.set(name, found!);
    }
    return found!;
  };
  return (type, bytes) => {
    const values = new Float32Array((bytes.byteLength / type.bytes) * type.block);
    if (type.name === "F32") new Uint8Array(values.buffer).set(bytes);
    else if (type.name === "F16" || type.name === "BF16") widen(type.name, bytes, values);
    else functionOf(type.name)(bytes, values, values.length);
    return values;
  };
}

function widen(name: "F16" | "BF16", bytes: Uint8Array, into: Float32Array): void {
  const words = new Uint16Array(into.length);
  new Uint8Array(words.buffer).set(bytes);
  const bits = new Uint32Array(into.buffer);
  if (name === "BF16") words.forEach((word, i) => (bits[i] = word << 16));
  else words.forEach((word, i) => (into[i] = halfValue(word)));
}

function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * Turns an F32 file into one of another type by llama.cpp's own quantiser, which chooses the type of each tensor of a
 * mixture such as Q4_K_M. Blocks this thread: call it in a process of its own.
 */
export async function quantiseFile(
  from: string,
  to: string,
  type: FileType,
  threads = availableParallelism()
): Promise<void> {
  const {functions} = await loadLlama();
  const {bytes} = functions.model_quantize_default_params() as SettingsBytes;
  const settings = Buffer.from(bytes);
  settings.writeInt32LE(threads, QUANTISE_SETTINGS.threads);
  settings.writeInt32LE(type.id, QUANTISE_SETTINGS.fileType);
  const status = functions.model_quantize(from, to, {bytes: settings}) as number;
  if (status !== 0)
    throw new UserError(
      `llama.cpp could not quantise ${from} to ${type.name} (status ${status}). Is there room on the disk?`
    );
}
