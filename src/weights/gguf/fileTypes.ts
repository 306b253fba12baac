import {UserError} from "../../base/validation/errors.js";
import {type TensorType, tensorType} from "./tensorTypes.js";

/** A file's type: what its big tensors are stored as. */
export interface FileType {
  /** As people write it: "q8_0", "q4_k_m". */
  name: string;
  /** llama.cpp's number for it. */
  id: number;
  /** The type of every big tensor; undefined for a mixture, which llama.cpp's own quantiser chooses. */
  tensors?: TensorType;
}

const numbers: readonly [name: string, id: number, tensors?: string][] = [
  ["f32", 0, "F32"],
  ["f16", 1, "F16"],
  ["bf16", 32, "BF16"],
  ["q8_0", 7, "Q8_0"],
  ["q4_0", 2, "Q4_0"],
  ["q4_1", 3, "Q4_1"],
  ["q5_0", 8, "Q5_0"],
  ["q5_1", 9, "Q5_1"],
  ["q2_k", 10],
  ["q3_k_s", 11],
  ["q3_k_m", 12],
  ["q3_k_l", 13],
  ["q4_k_s", 14],
  ["q4_k_m", 15],
  ["q5_k_s", 16],
  ["q5_k_m", 17],
  ["q6_k", 18],
  ["iq4_nl", 25],
  ["iq4_xs", 30]
];

export const FILE_TYPES: readonly string[] = numbers.map(([name]) => name);

/** Throws a UserError that lists the types when there is none of that name. Case does not matter. */
export function fileType(name: string): FileType {
  const found = numbers.find(([own]) => own === name.toLowerCase());
  if (!found)
    throw new UserError(
      `There is no GGUF type ${JSON.stringify(name)}. Choose one of ${FILE_TYPES.join(", ")}.`
    );
  const [own, id, tensors] = found;
  return {name: own, id, tensors: tensors === undefined ? undefined : tensorType(tensors)};
}

/** What a tensor is stored as in a file of a type, by llama.cpp's rules: small ones and norms stay F32. */
export function storedType(big: TensorType, name: string, shape: readonly number[]): TensorType {
  if (shape.length <= 1 || name.endsWith("_norm.weight") || !/\.(weight|lora_[ab])$/.test(name))
    return tensorType("F32");
  return shape[0]! % big.block === 0 ? big : tensorType("F16");
}
