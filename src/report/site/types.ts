import type {Verdict} from "../../evals/decisions/types.js";
import type {GateResult} from "../../evals/decisions/gateTypes.js";
import type {ModelManifest} from "../../weights/models/types.js";
import type {RunChange, ScorerView} from "./decisionTypes.js";
import type {LedgerSummary, Recognition} from "../../data/privacy/index.js";
import type {RunManifest, SplitManifest, VersionManifest} from "../../base/store/index.js";

export type {LedgerSummary, ModelManifest, Recognition, RunManifest, SplitManifest, VersionManifest};
export type * from "./comparisons.js";
export type * from "./dataTypes.js";
export type * from "./decisionTypes.js";
export type * from "./distillation/types.js";
export type {RunCandidate} from "../../base/store/index.js";

/** What one candidate cost and how it fared beside its scores. */
export interface CandidateView {
  /** As in the verdict: "candidate" or "candidate · variant". */
  name: string;
  candidate: string;
  variant: string;
  baseline: boolean;
  model: string;
  /** What it may call. */
  tools?: object[];
  modelId?: string;
  endpoint: string;
  endpointKind: string;
  hosting: string;
  /** True where its cost follows from hostings that are stated, and so from the volume. */
  costByHosting: boolean;
  /** True where a price of its tokens is known. */
  isPriced?: true;
  completed: number;
  failed: number;
  reused: number;
  /** Failures by reason, most frequent first. */
  failures: {reason: string; count: number}[];
  /** US dollars per thousand rows, as its verdict has them; undefined while the cost of some answers is not known. */
  costPerThousand?: number;
  /** Where nobody states it but hostings: the cheapest one at `DEFAULT_VOLUME`. */
  hosted?: {usdPerThousand: number; low?: number; high?: number; hosting: string};
  /** Completions whose cost nobody stated. */
  unpriced: number;
  /** Milliseconds over completed requests. */
  p50LatencyMs?: number;
  p95LatencyMs?: number;
  /** 95 % interval of `p95LatencyMs`; absent on too few answers. */
  p95LatencyInterval?: {low: number; high: number};
  /** Completions of which nobody knows how long they took. */
  untimed: number;
  /** Mean tokens of a request and of its answer. */
  promptTokens?: number;
  completionTokens?: number;
  /** Ancestors of the model, or the models that answer together and theirs, nearest first: "merge-average ← team-a, team-b ← base". */
  lineage: string[][];
}

/** By how much one split's scores stand above another's for the same candidate name. */
export interface SplitGap {
  candidate: string;
  /** Score on the first split minus score on the second, in score units, with its 95% interval. */
  difference?: number;
  low?: number;
  high?: number;
}

export interface SplitComparison {
  /** The run on the random split, and the one it is compared with. */
  random: string;
  other: string;
  otherName: string;
  gaps: SplitGap[];
}

/** What a candidate of a run scored on another split. */
export interface OtherSplit {
  run: string;
  eval: string;
  split: string;
  candidate: string;
  /** Its score there, outside the interval that it has here. */
  mean: number;
  low?: number;
  high?: number;
  /** What to do by the scores there, where that names another candidate. */
  action?: string;
}

/** The newest run of one eval on one split, summed up for first paint. */
export interface RunView {
  id: string;
  eval: string;
  title: string;
  description?: string;
  status: "complete" | "partial";
  stopped?: string;
  sealedAt: string;
  /** What to type to run it again, without "npx". */
  command: string;
  dataset: RunManifest["dataset"];
  split: RunManifest["split"];
  rows: number;
  scorers: ScorerView[];
  primaryScorer: string;
  slices: {name: string; values: string[]}[];
  repeats: number;
  seed: string;
  margin: number;
  counts: RunManifest["counts"];
  costUsd?: number;
  unpricedCalls: number;
  /** The most requests in flight at each endpoint while its latencies were taken; absent where it is not known. */
  concurrency?: number;
  /** When other tools made the calls and gave the scores. */
  imported?: RunManifest["imported"];
  candidates: CandidateView[];
  verdict: Verdict;
  /** The candidate that the verdict's action names. */
  named?: string;
  /** Results of the gate that the eval stated; empty without one. */
  gates: GateResult[];
  /** Where the named candidate, or the best, scored otherwise on other splits of the same data: the lowest first. */
  otherSplits: OtherSplit[];
  /** Against the complete run before this one; absent when there is none. */
  change?: RunChange;
  /** Present on every run of an eval that ran on a random split and on another one. */
  splitComparison?: SplitComparison;
  /** Shares of test rows that also stand in the training part; near-twins are a share of the short rows. */
  leakage: {exact?: number; group?: number; nearTwins?: number; unseen?: {share: number; classes: number}};
}

export interface VerdictsData {
  runs: RunView[];
  /** Runs that newer ones have replaced; their records are kept. */
  older: {id: string; eval: string; split: string; sealedAt: string}[];
}

export interface ModelsData {
  models: ModelManifest[];
}

export interface RunsData {
  runs: RunManifest[];
}
