import type {Dtype} from "../../safetensors/dtype.js";
import {arenaOf} from "../simd/arena.js";
import {whole} from "./vector.js";

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** The bits of a float32 rounded to bfloat16, ties to even; NaN stays a quiet NaN. */
export function bf16Bits(value: number): number {
  float[0] = value;
  const bits = word[0]!;
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** The bits of a float32 rounded to float16, ties to even: overflow gives infinity, tiny values subnormals. */
export function f16Bits(value: number): number {
  float[0] = value;
  const bits = word[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return sign | ((rounded - 0x38000000) >>> 13);
  }
  // Adding 2^-1 lines the float's last bit up with half precision's smallest step and rounds in hardware.
  float[0] = Math.fround(Math.abs(value) + 0.5);
  return sign | (word[0]! - 0x3f000000);
}

function f16Value(bits: number): number {
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

interface Float8 {
  exponentBits: number;
  bias: number;
  /** What the bit patterns at the top (or minus zero) mean. */
  special: "ieee" | "fn" | "fnuz";
}

const FLOAT8: Partial<Record<Dtype, Float8>> = {
  F8_E5M2: {exponentBits: 5, bias: 15, special: "ieee"},
  F8_E4M3: {exponentBits: 4, bias: 7, special: "fn"},
  F8_E5M2FNUZ: {exponentBits: 5, bias: 16, special: "fnuz"},
  F8_E4M3FNUZ: {exponentBits: 4, bias: 8, special: "fnuz"}
};

function f8Value(bits: number, {exponentBits, bias, special}: Float8): number {
  const fractionBits = 7 - exponentBits;
  const exponent = (bits & 0x7f) >>> fractionBits;
  const fraction = bits & ((1 << fractionBits) - 1);
  const top = (1 << exponentBits) - 1;
  if (special === "fnuz" && bits === 0x80) return NaN;
  if (special === "fn" && (bits & 0x7f) === 0x7f) return NaN;
  if (special === "ieee" && exponent === top) return fraction ? NaN : bits & 0x80 ? -Infinity : Infinity;
  const sign = bits & 0x80 ? -1 : 1;
  const scale = 2 ** -fractionBits;
  return exponent === 0
    ? sign * fraction * scale * 2 ** (1 - bias)
    : sign * (1 + fraction * scale) * 2 ** (exponent - bias);
}

const tables = new Map<Dtype, Float32Array>();

function table(dtype: Dtype, size: number, value: (bits: number) => number): Float32Array {
  let values = tables.get(dtype);
  if (!values) tables.set(dtype, (values = Float32Array.from({length: size}, (_, bits) => value(bits))));
  return values;
}

const WHOLE_NUMBERS = ["BOOL", "U8", "I8", "I16", "U16", "I32", "U32", "I64", "U64"];

/** Whether a tensor of this dtype can take part in arithmetic (whole numbers are copied instead). */
export function isFloat(dtype: Dtype): boolean {
  return isDecodable(dtype) && !WHOLE_NUMBERS.includes(dtype);
}

export function isDecodable(dtype: Dtype): boolean {
  return ["F64", "F32", "BF16", "F16", "F8_E8M0"].includes(dtype) || FLOAT8[dtype] !== undefined;
}

/**
 * Decodes `count` little-endian elements into `out` as float32. The bytes must begin at a multiple of the element's
 * size in their buffer. F64 is rounded to float32.
 */
export function decode(dtype: Dtype, bytes: Uint8Array, count: number, out: Float32Array): void {
  const {buffer, byteOffset} = bytes;
  if (dtype === "F32") {
    out.set(new Float32Array(buffer, byteOffset, count));
  } else if (dtype === "BF16" || dtype === "F16") {
    const source = new Uint16Array(buffer, byteOffset, count);
    const kernels = arenaOf(bytes, out)?.kernels;
    const done = kernels ? whole(count) : 0;
    if (dtype === "BF16") {
      kernels?.widenBf16(byteOffset, out.byteOffset, done);
      const target = new Uint32Array(out.buffer, out.byteOffset, count);
      for (let i = done; i < count; i++) target[i] = source[i]! << 16;
    } else {
      kernels?.widenF16(byteOffset, out.byteOffset, done);
      const values = table("F16", 65536, f16Value);
      for (let i = done; i < count; i++) out[i] = values[source[i]!]!;
    }
  } else if (dtype === "F64") {
    out.set(new Float64Array(buffer, byteOffset, count));
  } else if (dtype === "F8_E8M0") {
    for (let i = 0; i < count; i++) out[i] = bytes[i] === 255 ? NaN : 2 ** (bytes[i]! - 127);
  } else {
    const format = FLOAT8[dtype];
    if (!format) throw new Error(`no arithmetic in ${dtype}`);
    const values = table(dtype, 256, (bits) => f8Value(bits, format));
    for (let i = 0; i < count; i++) out[i] = values[bytes[i]!]!;
  }
}

/** The dtypes arithmetic results can be written as. */
export type FloatDtype = "F32" | "BF16" | "F16";

/** Encodes float32 values, ties to even. Gives back how many are NaN or infinite after rounding. */
export function encode(dtype: FloatDtype, values: Float32Array, count: number, out: Uint8Array): number {
  if (dtype === "F32") {
    const bits = new Uint32Array(values.buffer, values.byteOffset, count);
    const target = new Uint32Array(out.buffer, out.byteOffset, count);
    target.set(bits);
    return countNonFinite(values, count);
  }
  const target = new Uint16Array(out.buffer, out.byteOffset, count);
  const done = whole(count);
  const kernels = arenaOf(values, out)?.kernels;
  const narrow = dtype === "BF16" ? kernels?.narrowBf16 : kernels?.narrowF16;
  const toBits = dtype === "BF16" ? bf16Bits : f16Bits;
  // The kernel takes no care of NaN, and only says that there is one (or an infinity).
  const finite = narrow && narrow(values.byteOffset, out.byteOffset, done) === 0;
  for (let i = finite ? done : 0; i < count; i++) target[i] = toBits(values[i]!);
  return countTop(finite ? target.subarray(done) : target, dtype === "BF16" ? 0x7f80 : 0x7c00);
}

/** How many of the values are NaN or infinite. */
export function countNonFinite(values: Float32Array, count: number): number {
  const done = whole(count);
  const finite = arenaOf(values)?.kernels.anyNonFinite(values.byteOffset, done) === 0;
  const bits = new Uint32Array(values.buffer, values.byteOffset, count);
  return countTop(finite ? bits.subarray(done) : bits, 0x7f800000);
}

function countTop(words: Uint16Array | Uint32Array, mask: number): number {
  let found = 0;
  for (const bits of words) if ((bits & mask) === mask) found++;
  return found;
}

/** Rounds values in place to what the dtype can hold. */
export function roundTo(dtype: FloatDtype, values: Float32Array, count = values.length): void {
  if (dtype === "F32") return;
  const kernels = arenaOf(values)?.kernels;
  const done = kernels ? whole(count) : 0;
  if (dtype === "BF16") {
    kernels?.roundBf16(values.byteOffset, done);
    const bits = new Uint32Array(values.buffer, values.byteOffset, count);
    for (let i = done; i < count; i++) {
      const v = bits[i]!;
      bits[i] =
        (v & 0x7fffffff) > 0x7f800000 ? v | 0x400000 : ((v + 0x7fff + ((v >>> 16) & 1)) & 0xffff0000) >>> 0;
    }
    return;
  }
  kernels?.roundF16(values.byteOffset, done);
  const halves = table("F16", 65536, f16Value);
  for (let i = done; i < count; i++) values[i] = halves[f16Bits(values[i]!)]!;
}

/** One number rounded as `roundTo` does. */
export function rounded(dtype: FloatDtype, value: number): number {
  if (dtype === "F32") return Math.fround(value);
  if (dtype === "F16") return f16Value(f16Bits(value));
  word[0] = bf16Bits(value) << 16;
  return float[0]!;
}
