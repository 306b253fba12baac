import type {CascadeReport, CostSample, SideModelBill, Signal, TokenPrice} from "../../base/costs/index.js";
import type {ScoreScale} from "../../evals/decisions/scoreScale.js";

/** What the costs page and `assay costs` make their tables from. */
export interface CostsData {
  run: string;
  eval: string;
  title: string;
  split: string;
  sealedAt: string;
  /** The day that prices were chosen for, and from which their age is counted. */
  at: string;
  scorer: string;
  /** What the quality is, where it is no mean of rows: "corpus BLEU". */
  figure?: string;
  /** True when every score is 0 or 1. */
  binary: boolean;
  /** In score units. */
  margin: number;
  /** How the scores are written. */
  scale: ScoreScale;
  rows: number;
  /** Rows that all candidates of known cost have a score on, by which the frontier goes; absent where none of these lacks any. */
  comparedRows?: number;
  samples: CostSample[];
  prices: PriceNote[];
  /** Why a model has no price though the list names it, or the record's though the list was asked for, a sentence each. */
  undecided: string[];
  /** The verdict's warning where it advises nobody: then nobody is chosen by cost. Absent in the pages' data, which have the verdict. */
  held?: string;
  /** Not among the candidates' costs. */
  beside: SideCost[];
  /** Sentences on calls beside the rows that failed and are in no model's bill. */
  besideFailed: string[];
}

/** What the costs page shows: cascades are simulated when the site is built. */
export interface PageCosts extends CostsData {
  cascades: CascadeView[];
  /** Why there is none, a sentence. */
  noCascades?: string;
  /** True where other tools made the calls: nothing can be asked of them. */
  imported?: true;
  /** What is wrong with the project's price list, which was left out then. */
  priceProblem?: string;
}

/** A cheaper candidate before the best one. */
export interface CascadeView {
  cheap: string;
  strong: string;
  signal: Signal;
  /** Answers of the cheaper one whose agreement is taken; absent with another sign. */
  repeats?: number;
  /** What it may lose, in score units, with which probability it does not lose more. */
  loss: number;
  confidence: number;
  /** The confidence from which the cheaper one's answer is taken; absent when no threshold was shown to hold the loss. */
  threshold?: number;
  calibrationRows: number;
  /** Rows left out because the better model has no score on them. */
  missing: number;
  /** From the better model alone to the cheaper one first for all rows, on the rows that chose. */
  steps: {escalated: number; quality: number; usdPerThousand?: number}[];
  /** On the other rows. */
  report: CascadeReport;
}

/** What a model cost that was asked beside the rows: a judge, an encoder, or an endpoint asked whether it is ready. */
export interface SideCost extends SideModelBill {
  by: "scorers" | "preflight";
  endpoint: string;
  model: string;
  answers: number;
  /** Replies that reported their tokens. */
  counted: number;
}

/** The price that a candidate is billed with. */
export interface PriceNote {
  candidate: string;
  model: string;
  inputUsdPerMillion: number;
  outputUsdPerMillion: number;
  cachedInputUsdPerMillion?: number;
  /** Other amounts for requests with long prompts. */
  tiers?: TokenPrice["tiers"];
  asOf: string;
  source: string;
  daysOld: number;
  old: boolean;
  /** The day from which its provider does not serve the model, where the project's price list names one. */
  shutdownDate?: string;
}
