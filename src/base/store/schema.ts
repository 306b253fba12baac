import type {HostingModel, RecordedPrice, SideModel, TokenPrice, WayThere} from "../costs/index.js";
import type {CorpusFigure} from "../stats/index.js";
import type {ColumnTypes} from "./parquet.js";

/**
 * The tables of a sealed run. One row of `items` is one dataset row the run looked at, one of `completions` is
 * one request's end, one of `scores` one scorer's word on one completion. All join on run and row_id;
 * completions and scores also on candidate, variant and repeat.
 */
export const ITEMS: ColumnTypes = {
  run: "VARCHAR",
  /** The order in which rows were planned, 0-based. */
  position: "BIGINT",
  row_id: "VARCHAR",
  row_hash: "VARCHAR",
  /** Rows of one cluster (a thread, a customer) are not independent; null when the eval names none. */
  cluster: "VARCHAR",
  /** JSON of what the eval expects. */
  expected: "VARCHAR",
  /** JSON object: slice name to slice value. */
  slices: "VARCHAR",
  /** A masked excerpt for pages; null when the eval publishes none. */
  excerpt: "VARCHAR"
};

/** What was asked about one row by one prompt: the same for every candidate. */
export const PROMPTS: ColumnTypes = {
  run: "VARCHAR",
  row_id: "VARCHAR",
  variant: "VARCHAR",
  /** JSON list of messages; null when the prompt function gave none, or the row was erased. */
  messages: "VARCHAR"
};

export const COMPLETIONS: ColumnTypes = {
  run: "VARCHAR",
  row_id: "VARCHAR",
  candidate: "VARCHAR",
  /** Name of the prompt variant, "default" when there is one prompt. */
  variant: "VARCHAR",
  repeat: "INTEGER",
  key: "VARCHAR",
  /** completed or failed */
  status: "VARCHAR",
  reason: "VARCHAR",
  /** EndpointErrorKind, or "prompt" when the eval's own prompt function threw. */
  reason_kind: "VARCHAR",
  output: "VARCHAR",
  tool_calls: "VARCHAR",
  finish_reason: "VARCHAR",
  prompt_tokens: "BIGINT",
  completion_tokens: "BIGINT",
  cached_tokens: "BIGINT",
  /** How tokens were counted where the server did not tell them: an estimate; null where it did. */
  tokens_estimated_by: "VARCHAR",
  /** Of an answer by several models, JSON: [prompt, completion, cached] of each stage that was asked, in their order; null where one is unknown. */
  stage_tokens: "VARCHAR",
  latency_ms: "DOUBLE",
  first_token_ms: "DOUBLE",
  cost_usd: "DOUBLE",
  attempts: "INTEGER",
  /** True when the completion came from the store: its latency is that of the first time, its cost what its tokens cost at this run's price. */
  reused: "BOOLEAN",
  served_model: "VARCHAR",
  fingerprint: "VARCHAR",
  logprobs: "VARCHAR",
  finished_at: "VARCHAR"
};

export const SCORES: ColumnTypes = {
  run: "VARCHAR",
  row_id: "VARCHAR",
  candidate: "VARCHAR",
  variant: "VARCHAR",
  repeat: "INTEGER",
  scorer: "VARCHAR",
  scorer_version: "VARCHAR",
  key: "VARCHAR",
  /** scored or failed */
  status: "VARCHAR",
  value: "DOUBLE",
  reason: "VARCHAR",
  details: "VARCHAR"
};

/** A split: which part each row of a version belongs to, and the group it moves with. */
export const PARTS: ColumnTypes = {
  row_id: "VARCHAR",
  /** train, validation, test or held-out */
  part: "VARCHAR",
  group_key: "VARCHAR"
};

/** What a scan for personal data and secrets found in a version. Holds no words of a row. */
export const LEDGER: ColumnTypes = {
  row_id: "VARCHAR",
  column: "VARCHAR",
  /** In a list, a structure or JSON, the string it stands in, such as `$[0].content`; null in a plain text. */
  path: "VARCHAR",
  type: "VARCHAR",
  /** UTF-16 code units in the text as it was before anything was done; `end` exclusive. */
  start: "INTEGER",
  end: "INTEGER",
  rule: "VARCHAR",
  score: "DOUBLE",
  /** keep, mask, replace or pseudonym */
  action: "VARCHAR",
  /** The words with letters and digits as stars. */
  preview: "VARCHAR",
  pseudonym: "VARCHAR",
  /** A person's reason why it may stay. */
  accepted: "VARCHAR"
};

/** The columns Assay adds to a dataset's own, first in every version's Parquet. */
export const ROW_COLUMNS: ColumnTypes = {row_id: "VARCHAR", row_hash: "VARCHAR"};

/** What was measured of a model on this machine while it answered. */
export interface MeasuredModel {
  /** Tokens written in a second of one request, the mean over all; undefined when none wrote more than one. */
  tokensPerSecond?: number;
  /** The most memory that its process held. */
  memoryBytes: number;
  threads: number;
  device: string;
}

/** One of the models that a cascade asks. */
export interface CandidateStage {
  name: string;
  model: string;
  /** The endpoint's name, and the host of its address; absent in runs made before they were noted. */
  endpoint?: string;
  host?: string;
  price?: RecordedPrice;
}

/** One of the models that a candidate's answers come from. */
export interface AnsweringModel {
  name: string;
  model: string;
  endpoint?: string;
  endpointKind?: string;
  hosting?: string;
  identity: Record<string, string>;
  /** Id of the store's record of the model. */
  modelId?: string;
}

export interface RunCandidate {
  name: string;
  model: string;
  /** What price lists call the model, where another tool's name for it says its provider, too. */
  pricedAs?: string;
  endpoint: string;
  endpointKind: string;
  hosting: string;
  /** Where it runs, then where it could run, with the assumptions stated; none when only the word was. */
  hostings?: readonly HostingModel[];
  wayThere?: WayThere;
  /** How tokens were counted where it was not the server that did, such as "words": an estimate. */
  tokensCountedBy?: string;
  /** Of a language model on this machine, while it answered. */
  measured?: MeasuredModel;
  /** What entered the completion key beside the request. */
  identity: Record<string, string>;
  params: Record<string, unknown>;
  /** What it may call. */
  tools?: object[];
  /** Id of the store's record of the model, for its lineage. */
  modelId?: string;
  /** Of a cascade or a reranked candidate: ids of the records of all models that it asks, as far as the store has them. */
  modelIds?: readonly string[];
  /** What its tokens cost; of a cascade the most that a request can cost. */
  price?: RecordedPrice;
  /** Of a cascade or a reranked candidate: the models it asks, in their order, and what their tokens cost. */
  stages?: readonly CandidateStage[];
  /** Of a cascade or a reranked candidate: the models it asks, those of stages within a stage too. Absent in older runs. */
  answerers?: readonly AnsweringModel[];
  /** A baseline is what the others are measured against. */
  baseline?: boolean;
}

/** The answers that one model gave beside those to a run's rows, and their tokens. */
export interface AskedModel extends SideModel {
  endpoint: string;
  /** The host of its address; absent where it has none. */
  host?: string;
  model: string;
  /** At which it was asked: a model whose price changed between two starts has an entry for each. */
  price?: TokenPrice;
}

/** Calls of a run that are not in its `counts` and `costUsd`. */
export interface SideCalls {
  calls: number;
  /** US dollars; absent where no call's cost is known. */
  costUsd?: number;
  /** By model; absent in runs made before it was noted. */
  models?: AskedModel[];
}

/** A sealed run's record: everything needed to trace a number and to run it again. */
export interface RunManifest {
  kind: "run";
  schemaVersion: 1;
  id: string;
  eval: string;
  /** The eval's title and description, for pages. */
  title?: string;
  description?: string;
  /** The smallest difference worth switching for, in score units; the default when absent. */
  margin?: number;
  /** What the eval lets pages show of its rows; absent in runs made before it was noted. */
  publish?: Publishing;
  /** partial: interrupted, or a limit or budget ended it; the next start continues it. */
  status: "complete" | "partial";
  /** Why it is partial. */
  stopped?: string;
  /** ISO time at which it was archived: pages, verdicts and baselines pass it over. */
  archived?: string;
  /** SHA-256 of what was planned: eval definition, version, split, candidates, prompts, repeats, limit. */
  planHash: string;
  dataset: {name: string; version: string; rows: number};
  split: {id: string; name: string; strategy: string; part: string; seed: string};
  candidates: RunCandidate[];
  /** The prompts: a template, or a prompt function's source text. */
  variants: {name: string; sha256: string; template?: string}[];
  /** Ids of the training rows that stand in the prompts as examples, in order. */
  fewShot?: string[];
  scorers: {
    name: string;
    version: string;
    /** Every score is 0 or 1. */
    binary: boolean;
    /** The lowest and the highest value there can be; absent when they are 0 and 1, or not known. */
    bounds?: readonly [low: number, high: number];
    /** The figure of all rows together that decides; absent where that is the mean of the rows' values. */
    corpus?: CorpusFigure;
    /** The model that gave the scores, when a model did. */
    judge?: {model: string; endpoint: string};
    /** The model that it asks, a judge or an encoder, with its price. */
    asks?: {model: string; endpoint: string; price?: TokenPrice};
    /** True when people gave the scores. */
    human?: boolean;
  }[];
  primaryScorer: string;
  slices: string[];
  repeats: number;
  limit?: number;
  /** True of a round of a race, which is no decision by itself; absent in rounds made before it was noted. */
  raceRound?: boolean;
  seed: string;
  /** SHA-256 of the eval file's text, and its path in the project. */
  evalFile?: {path: string; sha256: string};
  counts: {
    planned: number;
    completed: number;
    failed: number;
    reused: number;
    scored: number;
    unscored: number;
  };
  /** US dollars of its own calls; those of scorers and preflights are beside it. */
  costUsd?: number;
  /** Of `costUsd`: calls that gave no row its answer, such as failed ones that were asked again. Absent where nothing is known of any. */
  supersededUsd?: number;
  /** Calls whose cost nobody stated. */
  unpricedCalls: number;
  /** Scores still to be given: the budget left no room for a scorer's calls. */
  owedScores?: number;
  /** Calls that scorers made, such as a judge's; not in `counts` nor in `costUsd`. */
  scorerCalls?: SideCalls;
  /** The same of calls that asked before the first row whether an endpoint is ready. */
  preflightCalls?: SideCalls;
  /**
   * The most requests that its starts, and the runs that its reused answers come from, had in flight at each endpoint: what its
   * latencies were taken at.
   */
  concurrency?: number;
  startedAt: string;
  /** ISO time of the last start that ended with this run, where that is another than its first; absent in most. */
  askedAt?: string;
  sealedAt: string;
  seconds: number;
  code: {assay: string; node: string; revision?: string; dirty?: boolean};
  /** What to type to run it again. */
  command: string;
  gate?: Record<string, unknown>;
  /** Rows whose content was erased since, with their outputs; their scores are still counted. */
  purged?: Purged[];
  /** When other tools made the calls and gave the scores: who brought them here, and from where. */
  imported?: ImportedFrom;
}

export interface ImportedFrom {
  by: string;
  files: {
    path: string;
    sha256: string;
    bytes: number;
    tool: string;
    /** The tool's version, where the file states it. */
    version?: string;
    answers: number;
    /** The first candidate that it holds answers of: the only one where a name was given to it. */
    candidate?: string;
  }[];
  /** The column by which rows are grouped. */
  cluster?: string;
  /** What a reader of the verdict should know of the files, a sentence each; absent where there is nothing, and in runs made before it was noted. */
  notes?: string[];
}

/** Rows that a person had erased. */
export interface Purged {
  rows: number;
  at: string;
  reason: string;
}

/** What pages may show of a row: nothing but ids and labels, a masked excerpt, or the text itself. */
export type Publishing = "ids" | "masked" | "text";

export interface VersionManifest {
  kind: "version";
  schemaVersion: 1;
  dataset: string;
  /** The column that the rows' ids come from; null where they are hashes of the content. Versions of before lack it. */
  idColumn?: string | null;
  /** SHA-256 over schema and sorted row hashes, shortened in the folder's name to 16 hex digits. */
  id: string;
  sha256: string;
  rows: number;
  columns: {name: string; type: string}[];
  pulledAt: string;
  source: Record<string, unknown>;
  bytes: number;
  parent?: string;
  description?: string;
  licence?: string;
  label?: string;
  text?: string;
  group?: string;
  time?: string;
  sensitivity?: string;
  /** The most that pages may show of its rows, whatever an eval says. */
  publish?: Publishing;
  changes?: {added: number; removed: number; changed: number};
  /** Rows that filters dropped; they stand in `rejected.parquet` with `rejected_by` and `rejected_because`. */
  rejected?: number;
  /**
   * The filters by name: their rule, the version of their code, the rows each dropped as the first, and those it kept because it
   * could not tell (a language, say).
   */
  filters?: Record<string, {rule: unknown; code?: string; rejected: number; undetermined?: number}>;
  checks?: {name: string; passed: boolean; message?: string}[];
  /** Rows erased since it was made: `id` and `sha256` are those of the rows before. */
  purged?: Purged[];
}

/** Columns of a dataset by the role that its definition, or a split's, gives them. */
export type ColumnRoles = Partial<Record<"group" | "time" | "label" | "text", string>>;

export interface SplitManifest {
  kind: "split";
  schemaVersion: 1;
  /** First 16 hex digits of `sha256`. */
  id: string;
  sha256: string;
  name: string;
  dataset: string;
  version: string;
  strategy: string;
  settings: Record<string, unknown>;
  seed: string;
  counts: Record<string, number>;
  /**
   * The hash that names what was asked for, where `sha256` does not: rows that were held out before, or seen, gave the split
   * another held-out part than the version and the spec alone.
   */
  asked?: string;
  /**
   * That held-out part: its rows that were held out before and those added, those that have rows of their group, cluster or moment
   * in other parts, and SHA-256 over all ids. Absent where `asked` is.
   */
  heldOut?: {kept: number; added: number; apart: number; sha256: string};
  /** The columns that divided its rows or name their groups. Splits of before lack it. */
  roles?: ColumnRoles;
  labels?: Record<string, Record<string, number>>;
  /** The column that `labels` counts. Splits of before lack it. */
  labelsOf?: string;
  /**
   * Empty until they are taken, again when rows were erased, and while the version names other columns than their `roles`
   * for what was measured.
   */
  measures: Record<string, unknown>;
  madeAt: string;
  /** When rows of a part were erased for the last time (ISO time), by part. */
  erased?: Record<string, string>;
}

/** A row of a dataset as it reaches prompts and scorers: its id and the dataset's own columns. */
export type Row = {id: string} & Record<string, unknown>;
