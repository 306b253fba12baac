import type {StatedHosting, WayThere} from "../../base/costs/index.js";
import type {Publishing, SplitManifest, Store, VersionManifest} from "../../base/store/index.js";
import type {DatasetDefinition} from "../../data/datasets/define.js";
import type {SplitSpec} from "../../data/splits/spec.js";
import type {Endpoint, Message, ModelParameters, ToolDefinition} from "../../inference/endpoints/types.js";
import type {GateRule} from "../decisions/gateTypes.js";
import type {ImportedSource} from "../importedResults/types.js";
import type {Payment} from "./calls/payAtOnce.js";
import type {Row, Scorer} from "../scorers/types.js";

/** What a candidate may use to make itself ready: train, merge, load weights, start a server. */
export interface PrepareContext {
  store: Store;
  version: VersionManifest;
  split: SplitManifest;
  seed: string;
  /** Rows of one part, in the order of their ids. The held-out part is refused. */
  rows(part: string): AsyncIterable<Row>;
  /** For each part that lacks rows because another split holds them out, a hash of their ids; undefined when none does. */
  leftOut?: Readonly<Record<string, string>>;
  /** Make nothing: a candidate whose model is not there throws NotMade. */
  dryRun?: boolean;
  /** Id of a model of the store that answers instead of the one that would be made. */
  instead?: string;
  /** Takes what making it costs out of the command's budget; throws a UserError where it does not fit. Absent where none is kept. */
  pay?(payment: Payment): Promise<void>;
  onProgress(message: string): void;
  signal?: AbortSignal;
}

export interface PreparedCandidate {
  endpoint: Endpoint;
  /** The model's name as the endpoint knows it. */
  model: string;
  /** Manifest id of a model whose weights are in the store: gives the candidate its lineage. */
  modelId?: string;
  /** True in a dry run for a model that the run would make. */
  notMade?: boolean;
  /** True in a dry run for one of these that the store never had. */
  neverMade?: boolean;
  /** Called when the run has ended, however it ended. */
  close?(): Promise<void>;
}

/** What the costs of a candidate are computed from, beside the tokens of its requests and their price. */
export interface CandidateCosts {
  /** Where it runs, and could run, with stated assumptions; the endpoint's when absent. */
  hosting?: StatedHosting;
  /** What it takes to get it there and to keep it fresh; nothing when absent. */
  wayThere?: WayThere;
}

/** A model reachable through an endpoint. */
export interface Candidate extends CandidateCosts {
  name: string;
  /** What the others are measured against. At most one per eval; the first candidate when none says so. */
  baseline?: boolean;
  params?: ModelParameters;
  tools?: ToolDefinition[];
  /** The column that it is given alone, whatever the prompt; absent for one that answers the prompt. */
  reads?: string;
  /** Of a candidate of several models: the columns that some of them read. */
  stageReads?: readonly string[];
  /** Where it is reached, when that is known without preparing it: lets `assay doctor` ask beforehand. */
  reach?: {endpoint: Endpoint; model: string};
  /** Making it computes in processes of its own: `assay rebuild` may make it while earlier evals run. */
  apart?: boolean;
  prepare(context: PrepareContext): Promise<PreparedCandidate>;
}

export interface PromptContext {
  /** Examples drawn from the training part with the eval's seed, the same for every row. */
  fewShot: readonly Row[];
}

/** Text with `{{column}}` places, or a function of the row. Text becomes one user message. */
export type Prompt = string | ((row: Row, context: PromptContext) => string | Message[]);

/** How the candidates of an eval are raced. */
export interface RaceOptions {
  /** Chance that the truly best candidate is dropped; default 0.05. Not together with a budget. */
  errorRate?: number;
  /** With one of these the race is for the best choice that the budget buys, and controls no error rate. */
  budgetCalls?: number;
  budgetUsd?: number;
}

export interface EvalDefinition {
  /** The file's name without `.eval.ts` when absent. */
  name?: string;
  /** Where it stands among the project's evals: those with an order come first, the lowest first, then the others by file name. */
  order?: number;
  title?: string;
  description?: string;
  /** A dataset's definition, or its name in the store. */
  dataset: DatasetDefinition | string;
  /** One run is made for each split, and for each window of a rolling one. */
  split: SplitSpec | SplitSpec[];
  /** Which part is scored: test unless said otherwise. */
  part?: "train" | "validation" | "test" | "held-out";
  candidates: Candidate[];
  /** Several named prompts are a matrix: every candidate is run with each. */
  prompt: Prompt | Record<string, Prompt>;
  fewShot?: {count: number; seed?: string};
  /** What the scorers compare with: a column's name or a function of the row. Nothing when absent: then scorers compare with none. */
  expected?: string | ((row: Row) => unknown);
  scorers: Record<string, Scorer>;
  /** The scorer the verdict is about; the first when absent. */
  primary?: string;
  /** Column names, or functions that name the slice a row falls in. */
  slices?: string[] | Record<string, (row: Row) => string>;
  /** Rows of one cluster are not independent. The split's group column when absent. */
  cluster?: string | ((row: Row) => string);
  /** Completions per row, 1 when absent. */
  repeats?: number;
  /** The smallest difference worth switching for, in score units (0.01 = one point); default 0.01. */
  margin?: number;
  seed?: string;
  needs?: {logprobs?: boolean; usage?: boolean; tools?: boolean};
  gate?: GateRule[];
  /** "warn": an undecided gate of the eval does not change the exit code of `check` and `rebuild`, which is 101 otherwise. */
  undecided?: "warn";
  /**
   * Runs race the candidates instead of scoring every row by all: those worse beyond doubt are dropped in rounds. `true`
   * for an error rate of 0.05.
   */
  race?: boolean | RaceOptions;
  /**
   * What pages may show of a row: nothing but ids and labels, a masked excerpt (default), or the text itself. A stricter
   * setting of the dataset goes before it, and one eval's "ids" holds for the dataset's page too.
   */
  publish?: Publishing;
  /** Scores that other tools gave: then nothing is asked, and only what `ImportedEval` has is stated. */
  source?: ImportedSource;
}

/** An eval whose scores come from other tools' files. */
export type ImportedEval = Required<Pick<EvalDefinition, "source">> &
  Pick<
    EvalDefinition,
    "name" | "order" | "title" | "description" | "margin" | "gate" | "undecided" | "publish"
  >;

/** An eval of a project's evals/. */
export interface NamedEval {
  name: string;
  /** Path from the project's folder, with forward slashes. */
  path: string;
  /** SHA-256 of the file's text. */
  sha256: string;
  definition: EvalDefinition;
}
