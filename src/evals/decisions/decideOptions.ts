import type {CandidateCost, TieBreakers} from "./costTypes.js";
import type {RiskFacts} from "./risks.js";
import type {ScoreScale} from "./scoreScale.js";
import type {ScoreTable, Risk, Verdict} from "./types.js";

/** The smallest difference worth switching for, in score units, when neither an eval nor a run's record names one. */
export const DEFAULT_MARGIN = 0.01;

/** Error rate of a family of comparisons. */
export const DEFAULT_ALPHA = 0.05;

export interface DecideOptions {
  /** The smallest difference worth switching for, in score units. */
  margin: number;
  /** Error rate of the whole family of comparisons; default 0.05. */
  alpha?: number;
  seed: string;
  /** US dollars for a thousand rows by candidate; those without a known cost are left out of `cheaper`. */
  costs?: Readonly<Record<string, number | CandidateCost>>;
  /** How much worse a cheaper candidate may be, in score units; `margin` when absent. */
  costMargin?: number;
  /** What tells tied candidates apart beside `costs`. */
  tieBreakers?: Omit<TieBreakers, "costs">;
  /** Groups of candidates with the same weights: an action names them as one. */
  sameWeights?: readonly (readonly string[])[];
  /** What is known of the risks beside the scores. */
  facts?: RiskFacts;
  /** For some rows of a table, leakage and judge of the whole: they hold advice back as the table's own do. */
  leaks?: readonly Risk[];
  /** How the scorer's values are written; by the table's own when absent. For some rows of a table, that of all of them. */
  scale?: ScoreScale;
  /** False for a scorer that the eval does not decide by: the sentence then gives no advice. */
  decides?: boolean;
}

/** Signature of `decide`: pure, no Node APIs, the same in engine, gate and page. */
export type Decide = (table: ScoreTable, options: DecideOptions) => Verdict;
