import type {InputRelations, LayerRelations} from "../models/types.js";
import type {TensorAnalysis} from "./engine/job.js";
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

/** Sums of several tensors' analyses, each scaled up to its whole tensor. */
export class Relations {
  private models: string[] | undefined;
  private squares: number[] = [];
  private gram: number[] = [];
  private shared = 0;
  private conflicts = 0;
  private elements = 0;
  private sampled = 0;

  add(analysis: TensorAnalysis): void {
    this.models ??= analysis.models;
    // A tensor that some model lacks has a smaller table and cannot be added to the others'.
    if (analysis.models.join("\n") !== this.models.join("\n") || analysis.sampled === 0) return;
    const scale = analysis.elements / analysis.sampled;
    const add = (to: number[], from: readonly number[]) =>
      from.map((value, i) => (to[i] ?? 0) + value * scale);
    this.squares = add(this.squares, analysis.squares);
    this.gram = add(this.gram, analysis.gram);
    this.shared += analysis.shared * scale;
    this.conflicts += analysis.conflicts * scale;
    this.elements += analysis.elements;
    this.sampled += analysis.sampled;
  }

  /** Undefined before anything was added. */
  result(deltas: boolean): InputRelations | undefined {
    if (!this.models || this.sampled === 0) return undefined;
    const n = this.models.length;
    const norms = this.models.map((_, i) => Math.sqrt(this.gram[i * n + i]!));
    return {
      models: this.models,
      norms: this.squares.map(Math.sqrt),
      deltaNorms: deltas ? norms : undefined,
      cosine: this.gram.map((value, at) => {
        const scale = norms[Math.floor(at / n)]! * norms[at % n]!;
        return scale > 0 && Number.isFinite(value) ? Math.max(-1, Math.min(1, value / scale)) : null;
      }),
      signConflict: this.shared > 0 ? this.conflicts / this.shared : null,
      elements: this.elements,
      sampled: this.sampled
    };
  }
}

/** One report a layer, in order; tensors outside layers come first, together. */
export function layerReports(
  tensors: readonly {layer?: number; analysis: TensorAnalysis; deltas: boolean}[]
): LayerRelations[] {
  const byLayer = new Map<number | undefined, {relations: Relations; deltas: boolean}>();
  for (const {layer, analysis, deltas} of tensors) {
    const entry = byLayer.get(layer) ?? {relations: new Relations(), deltas};
    byLayer.set(layer, entry);
    entry.relations.add(analysis);
  }
  return [...byLayer]
    .sort(([a], [b]) => (a ?? -1) - (b ?? -1))
    .flatMap(([layer, {relations, deltas}]) => {
      const result = relations.result(deltas);
      return result ? [{layer, relations: result}] : [];
    });
}
