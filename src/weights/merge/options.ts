import type {ResolveModel} from "./plan/model.js";
import type {Masks} from "./plan/site.js";

/** How far a merge has come. */
export interface MergeProgress {
  tensors: number;
  totalTensors: number;
  /** Bytes of the result. */
  bytes: number;
  totalBytes: number;
  seconds: number;
  /** Of the result, in this start of the merge. Undefined, like the time left, until there is something to judge by. */
  bytesPerSecond?: number;
  secondsLeft?: number;
}

export interface MergeOptions {
  /** Folder of the result: must not exist, be empty, or hold the same merge. */
  out: string;
  /** Name of the recipe file, for messages. */
  recipeFile?: string;
  /** For methods that draw at random. Default 0. */
  seed?: number;
  /** Default: one below 64 MB of output, else as many as there are cores, four at most. */
  threads?: number;
  /** Follow the reference's rounding after every step in 16-bit dtypes, and its quirks. Default false. */
  exact?: boolean;
  /** Bytes of tensor data in one file. Default 5e9. */
  shardSize?: number;
  masks?: Masks;
  /**
   * What random methods draw by, beside the seed and the tensor: a model's files, so that a path changes nothing, or its name in the
   * recipe. Default "files".
   */
  drawBy?: "files" | "name";
  /** Keep a result that holds NaN or infinite values. Default false. */
  allowNonFinite?: boolean;
  /** Replace another merge in `out`. Default false. */
  overwrite?: boolean;
  /**
   * Elements of each tensor looked at for norms, cosines and sign conflicts (more at the end of a vocabulary's table); 0 for none.
   * Default: all where the result has at most 33,554,432 elements, else 262,144.
   */
  sample?: number;
  onProgress?: (progress: MergeProgress) => void;
  signal?: AbortSignal;
  /** Folder of a model named in the recipe; undefined falls back to a path below the working directory. */
  resolveModel?: ResolveModel;
  /** What is to be said of a model, by the words of the recipe: among the warnings of a merge that has it. */
  notes?: ReadonlyMap<string, readonly string[]>;
  /** File in which hashes of inputs are remembered. */
  hashCache?: string;
}
