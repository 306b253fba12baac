import type {Dtype} from "./dtype.js";

/** The dtypes `toFloats` reads. */
export const FLOAT_DTYPES: readonly Dtype[] = ["F64", "F32", "BF16", "F16"];

/**
 * Little-endian bytes of a tensor as 32-bit floats, whatever their alignment. F64 is rounded; the others are exact.
 * Throws for a dtype that is not in `FLOAT_DTYPES`.
 */
export function toFloats(dtype: Dtype, bytes: Uint8Array): Float32Array {
  if (dtype === "F32") return new Float32Array(aligned(bytes));
  if (dtype === "F64") return Float32Array.from(new Float64Array(aligned(bytes)));
  const words = new Uint16Array(aligned(bytes));
  if (dtype === "BF16") {
    const bits = new Uint32Array(words.length);
    for (let i = 0; i < words.length; i++) bits[i] = words[i]! << 16;
    return new Float32Array(bits.buffer);
  }
  if (dtype !== "F16") throw new Error(`no floats in ${dtype}`);
  const lookup = halfTable();
  const values = new Float32Array(words.length);
  for (let i = 0; i < values.length; i++) values[i] = lookup[words[i]!]!;
  return values;
}

function aligned(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}

let table: Float32Array | undefined;

/** All 65,536 half-precision values: looking 23 million up is ten times faster than computing each. */
function halfTable(): Float32Array {
  table ??= Float32Array.from({length: 65_536}, (_, half) => halfToFloat(half));
  return table;
}

function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
