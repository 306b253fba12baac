import type {Dtype} from "../../safetensors/dtype.js";
import type {Checkpoint} from "../../safetensors/open.js";
import type {AdapterChange} from "../lora/change.js";

/** A model of a recipe, opened: nothing of its weights is in memory. */
export interface OpenModel {
  /** As the recipe names it. */
  id: string;
  folder: string;
  checkpoint: Checkpoint;
  config: Record<string, unknown>;
  /** What is to be said of it. */
  notes?: readonly string[];
  /** The file of an adapter's tensors, where it has one. */
  adapterFile?: string;
  /** What an adapter changes, by tensor. */
  changes?: ReadonlyMap<string, AdapterChange>;
  /** A revision that was asked for and says nothing about a folder. */
  unchecked?: string;
  /** Dtypes of tensors that an adapter replaces: those of the base. */
  dtypes?: ReadonlyMap<string, Dtype>;
  /** Where the tokenizer's files lie when that is not beside the weights. */
  tokenizer?: string;
}
