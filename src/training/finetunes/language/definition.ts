import type {TrainingColumns} from "./columnsSchema.js";
import {allTargets, type Precision, type PreferenceLoss, type ScheduleName} from "../../trainer/index.js";
import type {DeclaredData, ModelSource} from "../modelSource.js";
import type {SoftLabels} from "./softLabels.js";
import type {TokenizerFiles} from "./tokenizer.js";

/** A model that begins with random weights. */
export interface FromScratch {
  /** config.json of the model: `model_type`, sizes. `vocab_size` is the tokenizer's when absent. */
  config: Record<string, unknown>;
  /** A folder with tokenizer.json, or what `byteTokenizer` makes. */
  tokenizer: string | TokenizerFiles;
}

export interface FinetuneDefinition extends DeclaredData {
  /** The model's name; the file's name without `.finetune.ts` when absent. */
  name?: string;
  /** Only rows that meet this. `words` stand in the model's record. */
  subset?: {words: string; where(row: {id: string} & Record<string, unknown>): boolean};
  /**
   * Folder of a checkpoint, a model's id or name in the store, another source, which is made when the store does not have
   * it, or a model that begins with random weights.
   */
  base: string | FromScratch | ModelSource;
  /** Single conversations or answers to learn, pairs of a better and a worse answer, or answers marked good or bad. */
  format: "chat" | "prompt" | "preference" | "kto";
  columns?: TrainingColumns;
  /** A system message before every prompt. */
  system?: string;
  /** Learn the assistant's tokens only (default), or all of them. */
  learn?: "answers" | "all";
  method: "full" | "lora" | "dora";
  lora?: {rank?: number; alpha?: number; targets?: string[]; rslora?: boolean};
  /** Learn the teacher's probabilities too, of rows of `answersOf(…, {form: "soft"})`. */
  soft?: SoftLabels;
  /** Of pairs and marked answers. `goodWeight` and `badWeight` are what marked ones count. */
  preference?: {
    loss?: PreferenceLoss;
    beta?: number;
    labelSmoothing?: number;
    sft?: number;
    goodWeight?: number;
    badWeight?: number;
  };
  /** How a frozen base is kept in memory. */
  precision?: Precision;
  epochs?: number;
  /** Instead of epochs. */
  steps?: number;
  /** Rows at once, and how many such batches make a step. */
  rows?: number;
  accumulate?: number;
  /** Most tokens of an example, and tokens of a packed row. */
  length?: number;
  packing?: boolean;
  rate?: number;
  schedule?: ScheduleName;
  /** Steps over which the rate rises. */
  warmUp?: number;
  weightDecay?: number;
  /** Share of the hidden values that are set to 0 while training all weights: against overfitting. */
  dropout?: number;
  /** Most length of the gradients; false clips nothing. */
  clip?: number | false;
  validateEvery?: number;
  /** Validations without a better one after which training ends. */
  patience?: number;
  /** Whose weights are the result: those of the best validation (default), or the last. */
  keep?: "best" | "last";
  /** Compute layers again for the gradient: less memory, about a fifth slower. */
  checkpointing?: boolean;
  checkpointEvery?: number;
  threads?: number;
  seed?: string;
}

/** The part that a fine-tune is checked on: never the one that it learns. */
export function checkedPart({
  part,
  validation
}: Pick<FinetuneDefinition, "part" | "validation">): "validation" | "test" | false {
  return validation ?? (part === "validation" ? false : "validation");
}

export function isSource(base: FinetuneDefinition["base"] | undefined): base is ModelSource {
  return typeof base === "object" && "build" in base;
}

export function isFromScratch(base: FinetuneDefinition["base"] | undefined): base is FromScratch {
  return typeof base === "object" && !("build" in base);
}

/** Whether answers are compared, rather than learned word by word. */
export const isCompared = (format: FinetuneDefinition["format"] | undefined): boolean =>
  format === "preference" || format === "kto";

export interface Defaults {
  rank: number;
  alpha: number;
  targets: string[];
  rows: number;
  accumulate: number;
  length: number;
  rate: number;
}

/** What applies where a definition says nothing. */
export function defaultsOf({base, format, method}: FinetuneDefinition): Defaults {
  const full = isFromScratch(base) ? 1e-3 : 2e-5;
  const compares = isCompared(format);
  return {
    rank: 16,
    alpha: 32,
    targets: [...allTargets],
    rows: format === "preference" ? 4 : 8,
    accumulate: 1,
    length: 1024,
    rate: compares ? (method === "full" ? 1e-6 : 2e-5) : method === "full" ? full : 2e-4
  };
}
