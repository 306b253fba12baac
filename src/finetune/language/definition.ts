import type {DatasetDefinition} from "../../datasets/define.js";
import {
  allTargets,
  preferenceLosses,
  type Precision,
  scheduleNames,
  type PreferenceLoss,
  type ScheduleName
} from "../../language/index.js";
import type {SplitSpec} from "../../splits/spec.js";
import {UserError} from "../../store/index.js";
import type {ModelSource} from "../modelSource.js";
import type {TokenizerFiles} from "./tokenizer.js";

/** A model that begins with random weights. */
export interface FromScratch {
  /** config.json of the model: `model_type`, sizes. `vocab_size` is the tokenizer's when absent. */
  config: Record<string, unknown>;
  /** A folder with tokenizer.json, or what `byteTokenizer` makes. */
  tokenizer: string | TokenizerFiles;
}

export interface FinetuneDefinition {
  /** The model's name; the file's name without `.finetune.ts` when absent. */
  name?: string;
  dataset: DatasetDefinition | string;
  split: SplitSpec;
  /** Which part is learned: train unless said otherwise. */
  part?: "train" | "validation";
  /** Which part learning is checked on: validation when the split has one; false checks on nothing. */
  validation?: "validation" | "test" | false;
  /** Only rows that meet this. `words` stand in the model's record. */
  subset?: {words: string; where(row: {id: string} & Record<string, unknown>): boolean};
  /**
   * Folder of a checkpoint, a model's id or name in the store, another source, which is made when the store does not have
   * it, or a model that begins with random weights.
   */
  base: string | FromScratch | ModelSource;
  format: "chat" | "prompt" | "preference";
  columns?: {
    /** chat: a list of messages, or its JSON. */
    messages?: string;
    prompt?: string;
    /** prompt: what is answered. */
    completion?: string;
    /** preference: the better and the worse answer. */
    chosen?: string;
    rejected?: string;
  };
  /** A system message before every prompt. */
  system?: string;
  /** Learn the assistant's tokens only (default), or all of them. */
  learn?: "answers" | "all";
  method: "full" | "lora" | "dora";
  lora?: {rank?: number; alpha?: number; targets?: string[]; rslora?: boolean};
  preference?: {loss?: PreferenceLoss; beta?: number; labelSmoothing?: number; sft?: number};
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
  /** Most length of the gradients; false clips nothing. */
  clip?: number | false;
  validateEvery?: number;
  /** Validations without a better one after which training ends. */
  patience?: number;
  /** Compute layers again for the gradient: less memory, about a fifth slower. */
  checkpointing?: boolean;
  checkpointEvery?: number;
  threads?: number;
  seed?: string;
}

/**
 * Everything wrong with a definition, in words; empty is good. Looks at types and combinations only: names of columns and
 * models are checked when it runs.
 */
export function finetuneProblems(definition: Partial<FinetuneDefinition>): string[] {
  const problems: string[] = [];
  const {base, format, method, columns = {}, lora = {}} = definition;
  const oneOf = (name: string, value: unknown, known: readonly unknown[]) => {
    if (value !== undefined && !known.includes(value))
      problems.push(
        `\`${name}\` is ${JSON.stringify(value)}; it is ${known.map((k) => JSON.stringify(k)).join(", ")}`
      );
  };
  const positive = (name: string, value: unknown, whole = true) => {
    if (value === undefined) return;
    if (typeof value !== "number" || !(value > 0) || (whole && !Number.isInteger(value)))
      problems.push(
        `\`${name}\` is ${JSON.stringify(value)}; it is a ${whole ? "whole " : ""}number above 0`
      );
  };
  if (!definition.dataset) problems.push("`dataset` is missing");
  if (typeof definition.split !== "object") problems.push("`split` is missing");
  if (typeof base !== "string" && !isSource(base) && !(base?.config && base.tokenizer))
    problems.push("`base` is a folder, a model of the store, another fine-tune, or {config, tokenizer}");
  if (format === undefined) problems.push("`format` is missing");
  if (method === undefined) problems.push("`method` is missing");
  oneOf("format", format, ["chat", "prompt", "preference"]);
  oneOf("method", method, ["full", "lora", "dora"]);
  oneOf("part", definition.part, ["train", "validation"]);
  oneOf("validation", definition.validation, ["validation", "test", false]);
  oneOf("learn", definition.learn, ["answers", "all"]);
  oneOf("schedule", definition.schedule, scheduleNames);
  oneOf("precision", definition.precision, ["f32", "f16", "q8_0"]);
  oneOf("preference.loss", definition.preference?.loss, preferenceLosses);
  for (const name of [
    "steps",
    "rows",
    "accumulate",
    "length",
    "validateEvery",
    "patience",
    "checkpointEvery",
    "threads"
  ] as const)
    positive(name, definition[name]);
  for (const name of ["epochs", "rate"] as const) positive(name, definition[name], false);
  if (definition.clip !== false) positive("clip", definition.clip, false);
  positive("lora.rank", lora.rank);
  positive("lora.alpha", lora.alpha, false);
  if (format === "preference" && (!columns.prompt || !columns.chosen || !columns.rejected))
    problems.push("preference data needs `columns: {prompt, chosen, rejected}`");
  if (method === "full" && definition.precision !== undefined && definition.precision !== "f32")
    problems.push("`precision` below f32 goes with lora or dora: trained weights are kept in 32 bits");
  if (isFromScratch(base) && method !== "full") problems.push('a model from scratch needs `method: "full"`');
  if (definition.steps !== undefined && definition.epochs !== undefined)
    problems.push("`steps` and `epochs` exclude each other");
  if (definition.packing && format === "preference") problems.push("preference pairs are not packed");
  return problems;
}

export function isSource(base: FinetuneDefinition["base"] | undefined): base is ModelSource {
  return typeof base === "object" && "build" in base;
}

export function isFromScratch(base: FinetuneDefinition["base"] | undefined): base is FromScratch {
  return typeof base === "object" && !("build" in base);
}

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
  return {
    rank: 16,
    alpha: 32,
    targets: [...allTargets],
    rows: format === "preference" ? 4 : 8,
    accumulate: 1,
    length: 1024,
    rate: format === "preference" ? (method === "full" ? 1e-6 : 2e-5) : method === "full" ? full : 2e-4
  };
}

/** Checks a definition; throws with everything that is wrong. */
export function checkFinetune(definition: FinetuneDefinition, where?: string): void {
  const problems = finetuneProblems(definition);
  if (problems.length > 0) throw new UserError(`${where ? `${where}: ` : ""}${problems.join("; ")}.`);
}
