import type {RunManifest} from "../../base/store/index.js";
import type {Message, ToolDefinition} from "../../inference/endpoints/types.js";
import type {BudgetForecast} from "./budgetForecast.js";
import type {ExpectedCost, StatedPrice} from "./expectedCost.js";

export interface RunResult {
  /** The sealed run; absent after a dry run, and when only prompts were shown. */
  manifest?: RunManifest;
  dryRun?: DryRun;
  prompts?: PromptPreview;
  /** True when an earlier sealed run already said all of this, and nothing was written but when it was last asked for. */
  unchanged: boolean;
  /** Calls made by this start, but for those of scorers. */
  calls: number;
  /** Calls that scorers made in this start; absent when nothing was left to do. */
  scorerCalls?: number;
  /** US dollars that this start spent of its budget, calls that may have been billed at the most they cost; absent without a budget. */
  spentUsd?: number;
  /** Why the budget let no more calls be made; absent when it did. */
  budgetStop?: string;
  /** US dollars that this start paid beyond its budget: calls in flight cost more than the most they can. */
  overBudgetUsd?: number;
  /** Attempts of this start that failed, may have been billed, and told no usage: no cost knows of them. */
  uncountedAttempts?: number;
}

/** What a run would do. Tokens are estimates; what they rest on stands with each candidate. */
export interface DryRun {
  planned: number;
  /** Calls that would be made. */
  calls: number;
  /** Completions the store already has, for this run or another. */
  reused: number;
  /** Calls that failed before, and are not made again without `retryFailed`. */
  failed: number;
  /** Requests with the prompt of another, whose answer they take. */
  repeated: number;
  /** Requests that are not made because the row may not be sent there. */
  refused: number;
  promptTokens: number;
  /** Undefined when nothing tells how long a candidate's answers are. */
  completionTokens?: number;
  /** US dollars; undefined when a called candidate's price or answer length is unknown. */
  costUsd?: number;
  candidates: DryRunCandidate[];
  /**
   * Calls that scorers would make for the new completions and for those in the store that they have not scored yet; what
   * equal questions save is not known before.
   */
  scorers: DryRunScorer[];
  /** Calls of a few tokens that ask the endpoints before the first row whether they are ready. */
  preflightCalls: number;
  /** With a budget, and where something would be asked. */
  budget?: BudgetForecast;
  /** What is wrong with the project's price list, which was left out then. */
  priceProblem?: string;
}

export interface DryRunScorer {
  name: string;
  model?: string;
  endpoint: string;
  /** At most. */
  calls: number;
  prices: StatedPrice[];
}

export interface DryRunCandidate extends ExpectedCost {
  name: string;
  calls: number;
  /** Rows that may not be sent to this candidate's endpoint; why is in `refusal`. */
  refusedRows: number;
  refusal?: string;
  /** True when the run would make the candidate's model: all its calls are new. */
  notMade?: boolean;
  /** True when the costs are those of all models of a cascade. */
  atMost?: boolean;
}

/** What a run would put to its candidates about its first rows. */
export interface PromptPreview {
  rows: PreviewedRow[];
  tools: {candidate: string; tools: ToolDefinition[]}[];
  /** Candidates whose endpoint is known when they are prepared: what may be sent there is not said before. */
  notPrepared: string[];
}

export interface PreviewedRow {
  rowId: string;
  /** For each prompt of the eval its messages, or why there are none. */
  prompts: {variant: string; messages?: Message[]; failed?: string}[];
  /** Candidates, and scorers that ask a model, to which the row would not be sent. */
  refused: {name: string; reason: string}[];
  /** The columns that classifiers are given instead, alone or as stages of a candidate. */
  columns: {name: string; candidates: string[]; text: string}[];
}
