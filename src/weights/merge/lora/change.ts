import type {Dtype} from "../../safetensors/dtype.js";

/** Where a small tensor of an adapter lies. */
export interface Stored {
  file: string;
  offset: number;
  dtype: Dtype;
  shape: readonly number[];
}

/**
 * What an adapter does to one tensor of its base: adds scale * left @ right (transposed for weights stored [in, out]
 * and for embeddings), with DoRA brings each output's norm to the given magnitudes; or adds scale * term to a bias.
 */
export type AdapterChange =
  | {
      kind: "product";
      a: Stored;
      b: Stored;
      rank: number;
      transposed: boolean;
      scale: number;
      magnitude?: Stored;
    }
  | {kind: "bias"; term: Stored; scale: number};
