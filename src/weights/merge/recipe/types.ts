import type {Problem} from "./problems.js";

/** A value of a parameter as written: a scalar, a gradient over the layers, or entries chosen by tensor name. */
export type SettingScalar = number | boolean;
export type Setting = SettingScalar | SettingScalar[] | FilteredSetting[];
export interface FilteredSetting {
  filter?: string;
  value: SettingScalar | SettingScalar[];
}
export type RecipeParameters = Record<string, Setting>;

export interface ModelReference {
  /** As written, without adapter: a path, or a name that `resolveModel` knows. */
  path: string;
  revision?: string;
  adapter?: {path: string; revision?: string};
}

export interface RecipeSource {
  model: ModelReference;
  layerRange?: [number, number];
  parameters: RecipeParameters;
}

export interface OutputSlice {
  sources: RecipeSource[];
  base?: ModelReference;
  parameters: RecipeParameters;
}

export type RecipeDtype = "F32" | "F16" | "BF16";

export interface TokenSource {
  kind: "model" | "model_token" | "zero";
  model?: ModelReference;
  token?: string;
  tokenId?: number;
}

export interface TokenizerSettings {
  source: "base" | "union" | ModelReference;
  tokens: Record<string, {source?: TokenSource; force: boolean}>;
  padToMultipleOf?: number;
}

/** What of a recipe holds for one module of its models. */
export interface RecipePart {
  /** The module's name; undefined where the models are one module. */
  module?: string;
  /** `models:` (one slice over all layers) or `slices:`. */
  form: "models" | "slices";
  slices: OutputSlice[];
  parameters: RecipeParameters;
  /** Line of the YAML by key path, such as "merge_method" or "models.0". */
  lines: Record<string, number>;
}

export interface Recipe extends RecipePart {
  /** The document's own name, by which others of the same file refer to it. */
  name?: string;
  method: string;
  /** Of models of several modules; `slices` are then those of all of them. */
  parts?: RecipePart[];
  base?: ModelReference;
  dtype?: RecipeDtype;
  outDtype?: RecipeDtype;
  tokenizer?: TokenizerSettings;
  chatTemplate?: string;
  /** What is odd about the recipe without being wrong. */
  warnings: string[];
  /** What the reference refuses although it can be read. */
  refusedWhenExact: Problem[];
  /** The document's text, as it is kept beside the result. */
  text: string;
}
