import {type TensorType} from "./tensorTypes.js";

/** Packs float32 values, row by row, into a block format. */
export type Quantise = (type: TensorType, values: Float32Array, row: number) => Uint8Array;
