import type {MergeTensor} from "../engine/tensor.js";

export interface ParameterSpec {
  kind: "number" | "flag" | "count";
  /** Without a default the recipe must give a value. */
  default?: number;
  /** May be left out, and then is not set. */
  optional?: boolean;
  min?: number;
  max?: number;
  above?: number;
  /** What a search may try, where a recipe may state more. */
  searched?: {min: number; max: number};
}

/** One way of merging: what it takes, and how one tensor is made. */
export interface Method {
  /** Whether base_model is the point the others are measured from, or ("input") just one more model. */
  base: "required" | "optional" | "input";
  /** How many models it takes, the base not counted unless it is an input. */
  models: {min: number; max: number};
  perModel: Readonly<Record<string, ParameterSpec>>;
  global: Readonly<Record<string, ParameterSpec>>;
  /** The order of models matters to nothing but ties, and each element is made from its own position alone. */
  elementwise: boolean;
  /** The reference's arithmetic in a tensor's own 16-bit dtype is followed by `exact`; else float32 is used. */
  chain: boolean;
  /**
   * How `exact` treats models of different dtypes, where it is not in the base's: computed in a dtype that holds them
   * all, and written in it too ("all") or in the base's ("arithmetic").
   */
  widens?: "all" | "arithmetic";
  /** Measured against a base: a model whose tensor is missing or misshapen is left out of that tensor. */
  taskVectors: boolean;
  /** Result dtype of the reference where it is not the base's (or the common one). */
  exactResult?: "F32";
  /** A complaint about the values of one tensor, or undefined. */
  checkValues?(values: {
    own: Readonly<Record<string, number>>;
    parameters: Readonly<Record<string, number>>;
    count: number;
    exact: boolean;
  }): {parameter: string; message: string} | undefined;
  /** A complaint about what all models have for one tensor, or undefined. */
  checkInputs?(values: {
    own: readonly Readonly<Record<string, number>>[];
    parameters: Readonly<Record<string, number>>;
  }): {parameter: string; message: string} | undefined;
  merge(tensor: MergeTensor): void;
}
