import type {HostingModel, RecordedPrice, SideModel, TokenPrice, WayThere} from "../../costs/index.js";

import type {CorpusFigure} from "../../stats/index.js";
import type {Purged, Publishing} from "./version.js";

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
  /** The column that it was given instead of the prompt. */
  reads?: string;
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

/** Whether several models answer as a candidate, in a cascade or reranked: their tokens have prices of their own. */
export function isStaged({identity}: Pick<RunCandidate, "identity">): boolean {
  return identity.cascade !== undefined || identity.reranked !== undefined;
}

/** Ids of the store's records of the models that answer as a candidate: one, or those of a cascade's models. */
export function modelIdsOf({
  modelId,
  modelIds
}: Pick<RunCandidate, "modelId" | "modelIds">): readonly string[] {
  return modelIds ?? (modelId === undefined ? [] : [modelId]);
}
