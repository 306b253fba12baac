import {encode} from "../merge/numeric/convert.js";
import {FLOAT_DTYPES, readTensorFloats, type StoredTensor} from "../safetensors/index.js";
import {UserError} from "../../base/validation/errors.js";
import type {Quantise} from "./quantise.js";
import type {TensorType} from "./tensorTypes.js";

/** The values of a stored tensor as float32. Throws a UserError for types without floats and for NaN or infinity. */
export async function valuesOf(tensor: StoredTensor): Promise<Float32Array> {
  const {file, name, dtype} = tensor;
  if (!FLOAT_DTYPES.includes(dtype))
    throw new UserError(
      `${file}: tensor ${JSON.stringify(name)} has type ${dtype}, which cannot be written to GGUF. Convert the weights to F32, BF16 or F16 first.`
    );
  const values = await readTensorFloats(tensor);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new UserError(
      `${file}: tensor ${JSON.stringify(name)} holds ${values[bad]} at position ${bad}. A model with such weights answers nothing of use: fetch it again, or go back to a checkpoint before its training diverged.`
    );
  return values;
}

/** Values packed in a type; `row` is the length of a row. Throws a UserError where F16 cannot hold a value. */
export function packedTensor(
  type: TensorType,
  values: Float32Array,
  row: number,
  quantise: Quantise,
  name: string
): Uint8Array {
  if (type.name !== "F32" && type.name !== "F16" && type.name !== "BF16") return quantise(type, values, row);
  const out = new Uint8Array(values.length * type.bytes);
  const beyond = encode(type.name, values, values.length, out);
  if (beyond > 0)
    throw new UserError(
      `${beyond} values of tensor ${name} lie beyond what ${type.name} can hold. Choose bf16 or f32.`
    );
  return out;
}

/** Rows of each head from halves (i, i + n/2) to neighbours (2i, 2i + 1), as llama.cpp's RoPE of Llama wants them. */
export function rowsInPairs(values: Float32Array, heads: number, rows: number): Float32Array {
  const width = values.length / rows;
  const half = rows / heads / 2;
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    const head = Math.floor(row / (2 * half));
    const within = row % (2 * half);
    const to = head * 2 * half + 2 * (within % half) + Math.floor(within / half);
    out.set(values.subarray(row * width, (row + 1) * width), to * width);
  }
  return out;
}
