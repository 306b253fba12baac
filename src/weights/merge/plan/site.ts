import type {RowMap} from "../engine/rowMap.js";
import type {Problem} from "../recipe/problems.js";
import type {OutputSlice, Recipe} from "../recipe/types.js";
import type {OpenModel} from "./model.js";

/** Keep-masks by "<model>/<tensor>", the model by its reference or its folder's name; bits as in numpy.packbits. */
export type Masks = Readonly<Record<string, Uint8Array>>;

/** A tensor of the result: where it stands and what it is made from. */
export interface TensorSite {
  name: string;
  slice: OutputSlice;
  sliceIndex: number;
  /** Position among the slice's layers in [0, 1]; 0 outside layers. */
  t: number;
  /** The tensor's name in each source of the slice. */
  inputNames: string[];
  layer?: number;
}

export interface TensorContext {
  recipe: Recipe;
  models: ReadonlyMap<string, OpenModel>;
  seed: number;
  exact: boolean;
  masks?: Masks;
  /** Rows re-ordered for a tokenizer, by model and tensor. */
  rows?: (model: string, tensor: string) => RowMap | undefined;
  /** Whether a tensor belongs to the module that is planned; all do where models are one module. */
  owns?: (tensor: string) => boolean;
  problems: Problem[];
  warnings: Set<string>;
  /** Ids of models with packed weights, which are taken as they are. */
  quantised: ReadonlySet<string>;
  /** Problems already told once, so that one mistake is not repeated for every layer. */
  seen: Set<string>;
}

/** Adds a problem, once for every key. */
export function tell(context: TensorContext, problem: Problem, key = problem.message): void {
  if (context.seen.has(key)) return;
  context.seen.add(key);
  context.problems.push(problem);
}
