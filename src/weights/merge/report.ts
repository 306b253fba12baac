import type {InputRelations, LayerRelations} from "../models/types.js";
import type {HashedFile} from "./hashes.js";

/** What a merge was made from, what it made, and how its parents relate: data for the report page. */
export interface MergeReport {
  schemaVersion: 1;
  method: string;
  /** The document's name, where it has one. */
  name?: string;
  out: string;
  recipe: {text: string; sha256: string};
  /** The first of config.json's architectures, or its model_type. */
  architecture?: string;
  seed: number;
  exact: boolean;
  parents: {model: string; folder: string; base: boolean; files: HashedFile[]}[];
  /** Paths relative to `out`. */
  outputs: HashedFile[];
  tensors: TensorReport[];
  layers: LayerRelations[];
  /** The models that cosines and conflicts are about, in order. */
  models: string[];
  warnings: string[];
  /** True when OUT already held the same merge and nothing was done. */
  reused: boolean;
  /** Shards that an interrupted merge had already finished. */
  resumedShards: number;
  timings: {
    planSeconds: number;
    hashSeconds: number;
    mergeSeconds: number;
    finishSeconds: number;
    totalSeconds: number;
  };
  bytes: {read: number; written: number};
  /** Reports of the documents this one was built from, and of adapters merged on the way. */
  steps: MergeReport[];
}

export interface TensorReport {
  name: string;
  layer?: number;
  shape: readonly number[];
  dtype: string;
  /** Euclidean norm of the result. */
  norm: number;
  nonFinite: number;
  inputs?: InputRelations;
}
