import type {
  Completion,
  CompletionOptions,
  CompletionRequest,
  Endpoint,
  Message
} from "../../inference/endpoints/types.js";
import type {CorpusFigure} from "../../base/stats/index.js";
import type {Row} from "../../base/store/records/version.js";

export type Json = string | number | boolean | null | Json[] | {[key: string]: Json};

export type {Row};

export interface ScoreInput {
  /** The completion's text, as the model gave it. */
  output: string;
  /** What the eval's `expected` returned for this row; a list means any of several references. */
  expected: unknown;
  row: Row;
  completion: Completion;
  /**
   * True when the model refused or a filter took the answer; `output` is then what it said instead, which may be nothing. A run
   * gives such an answer 0 itself where a scorer of Assay compares texts; judges and scorers of your own decide by themselves.
   */
  refused?: boolean;
  messages: readonly Message[];
  signal?: AbortSignal;
  /** Makes the calls of a scorer that asks a model; straight to the endpoint when absent. */
  calls?: ScorerCalls;
}

/** Calls within a run's budget and limits; an equal question is asked once. */
export interface ScorerCalls {
  /** Rejects as the endpoint does, with EndpointError "aborted" too when the budget leaves no room. */
  ask(endpoint: Endpoint, request: CompletionRequest, options: CompletionOptions): Promise<Completion>;
}

/**
 * Higher is better. A number is in the scorer's own stated range (0 to 1 unless it says otherwise).
 * `failed` says that no score could be given (a judge's answer that does not parse, a malformed reference):
 * it is shown with its reason and stays out of the average.
 */
export type ScoreResult =
  number | boolean | {value: number; details?: {[key: string]: Json}} | {failed: string};

/** A scorer is a function. The other fields are optional: see `scorerVersion`. */
export interface Scorer {
  (input: ScoreInput): ScoreResult | Promise<ScoreResult>;
  /** A configured scorer states its settings here, since its source text does not show them. */
  settings?: Json;
  /** `import.meta.url` of the module that makes the scorer; left out, the version is of the function's own code. */
  module?: string;
  /** Functions of the eval that the scorer calls: their code enters its version too. */
  given?: readonly ((...args: never[]) => unknown)[];
  /**
   * Why a row's expected value cannot be scored; undefined when it can. Asked of every row before the first call. A scorer
   * without it is taken to score any row.
   */
  check?(expected: unknown, row: Row): string | undefined;
  /**
   * A figure of all rows together, made of counts in the rows' details (BLEU, macro F1), in the unit of the rows' values. It is
   * then what summaries, verdicts and gates go by; without it they take the mean of the rows' values.
   */
  corpus?: CorpusFigure;
  /** The endpoint that the scorer sends rows to: the privacy check stands before it as before a candidate's. */
  asks?: Endpoint;
  /** The model that `asks` is asked for, where it is no judge. */
  asksModel?: string;
  /** Calls that one score takes, where `asks` is given; 1 when absent. */
  callsEach?: number;
  /** Runs what a model wrote: only in runs that allow it. `refusal` says why this machine cannot, if it cannot. */
  executesCode?: {refusal(): Promise<string | undefined>};
  /** The model that gives the scores, when a model does: pages show how far it can be trusted. */
  judge?: {model: string; endpoint: string};
  /** True when people gave the scores. */
  human?: boolean;
  /** False when the value is no proportion (a BLEU score), so that no Wilson interval is drawn. */
  binary?: boolean;
  /** The lowest and the highest value that there can be, where they are not 0 and 1: `assay check --history` needs them. */
  bounds?: readonly [low: number, high: number];
}
