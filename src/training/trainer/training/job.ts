import type {AdapterSettings} from "../adapterFiles.js";
import type {InitialSettings} from "../initialWeights.js";
import type {Precision} from "../loadWeights.js";
import type {AdamWSettings} from "./optimizer.js";
import type {KtoSettings} from "./kto.js";
import {comparesWithReference, type PreferenceSettings} from "./preference.js";
import type {TokenExample} from "./rows.js";
import type {ScheduleName} from "./schedule.js";

/** Two answers to one prompt, the better one first. */
export interface PreferencePair {
  chosen: TokenExample;
  rejected: TokenExample;
}

/** One answer that is marked good or bad. */
export interface MarkedAnswer {
  answer: TokenExample;
  good: boolean;
  /** The prompt with the answer to another: from such ones the reference point is estimated. */
  mismatched: TokenExample;
}

/** What is learned from, and what the learning is checked on. */
export type TrainingData =
  | {kind: "examples"; train: TokenExample[]; validation: TokenExample[]}
  | {kind: "pairs"; train: PreferencePair[]; validation: PreferencePair[]; preference: PreferenceSettings}
  | {kind: "marked"; train: MarkedAnswer[]; validation: MarkedAnswer[]; kto: KtoSettings};

/** Whether answers are compared with what the model says that training began with. */
export function hasReference(data: TrainingData): boolean {
  return data.kind === "marked" || (data.kind === "pairs" && comparesWithReference(data.preference));
}

/** Everything that decides the bytes of the result, beside the base's weights and the library. */
export interface TrainingSettings {
  /** Without an adapter all weights are trained. */
  adapter?: AdapterSettings;
  /** How the frozen base's matrices are kept; 32 bits when all weights are trained. */
  precision: Precision;
  steps: number;
  /** Rows of a micro-batch, and micro-batches of a step. */
  rows: number;
  accumulate: number;
  /** Tokens of a packed row; undefined gives each example a row of its own. */
  packed?: number;
  rate: number;
  schedule: ScheduleName;
  warmUp: number;
  optimizer: AdamWSettings;
  /** Most length of the gradients; undefined clips nothing. */
  clip?: number;
  /** Share of the hidden values that are dropped; undefined drops none. */
  dropout?: number;
  seed: number | string;
  /** Steps between validations; undefined validates at the end only. */
  validateEvery?: number;
  /** Validations without a better one after which training ends. */
  patience?: number;
  /** The result has the last weights, not those of the best validation. */
  keepLast?: boolean;
  /** Undefined: as many as the machine has free, counted again as it goes on. */
  threads?: number;
}

export interface TrainingJob {
  /** Folder of the checkpoint that training starts from. */
  base: string;
  /** The base has no weights yet: they are drawn before training begins, once it is known that memory suffices. */
  initial?: InitialSettings;
  /** What the result is to call its base, in adapter_config.json. */
  baseName: string;
  /** Folder for checkpoints and the result; no data is written there. */
  work: string;
  /** Identity of data, settings and base: a checkpoint of another job is not resumed. */
  identity: string;
  settings: TrainingSettings;
  data: TrainingData;
  /** These change neither the result's weights nor its identity. */
  checkpointing: boolean;
  checkpointEvery: number;
  /** Begin although the memory seems too small. */
  force?: boolean;
  /** Only predict the memory, and end. */
  checkOnly?: boolean;
}

export interface StepRecord {
  step: number;
  loss: number;
  rate: number;
  /** Length of the gradients before clipping. */
  norm: number;
  /** Tokens in the step's rows, without padding. */
  tokens: number;
}

export interface ValidationRecord {
  step: number;
  loss: number;
  /**
   * Of pairs, the share whose better answer is the likelier one; of marked answers, of those on their side of the
   * reference point.
   */
  accuracy?: number;
}

/** What the processes of a training have used together. */
export interface TrainingUse {
  seconds: number;
  /** The step after which seconds were counted: 0, except for checkpoints of releases that counted none. */
  since: number;
  peakBytes: number;
}

/** Where a training stands; with the weights it is all that a checkpoint holds. */
export interface TrainingState {
  /** Steps done. */
  step: number;
  curve: StepRecord[];
  validations: ValidationRecord[];
  /** The check of what the training began with, at step 0, where that had trained weights. Decides nothing. */
  before?: ValidationRecord;
  use: TrainingUse;
}

export interface TrainingOutcome extends TrainingState {
  /** `checked`: nothing was trained; `early`: validation did not improve any more; `stopped`: asked to; `diverged`: the loss rose or was no number. */
  status: "checked" | "finished" | "early" | "stopped" | "diverged";
  /** The step whose weights are the result: the best validated one, or the last. */
  resultStep: number;
  /** For a person, when it diverged: what was seen and what to try. */
  advice?: string;
  /** Bytes predicted, and the most that a process of the training had. */
  memory: {predicted: number; peak: number};
  library: {version: string; features: string[]; threads: number};
}

export interface TrainingProgress {
  step: number;
  steps: number;
  loss: number;
  tokensPerSecond: number;
  secondsLeft: number;
  validation?: ValidationRecord;
  /** With the first step. */
  before?: ValidationRecord;
}
