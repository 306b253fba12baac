/** Scores of several candidates on the same rows: what a verdict is made from. */
export interface ScoreTable {
  candidates: string[];
  /** What the others are measured against. */
  baseline?: string;
  rowIds: string[];
  /** Cluster of each row (thread, customer); absent when rows are independent. */
  clusters?: (string | null)[];
  /** `values[c][r]`: candidate c's score on row r, the mean over repeats; undefined when it failed. */
  values: (number | undefined)[][];
  /** True when every single score is 0 or 1. */
  binary: boolean;
}

export interface CandidateSummary {
  candidate: string;
  planned: number;
  scored: number;
  /** Undefined when nothing was scored. */
  mean?: number;
  low?: number;
  high?: number;
  /** How the interval was made: wilson, clustered-t, t. */
  method?: string;
  /** The mean if every failed row had been wrong (0) or right (1). */
  ifFailedWrong?: number;
  ifFailedRight?: number;
}

/** `difference` is a minus b on the rows both were scored on, in score units. */
export interface Comparison {
  a: string;
  b: string;
  rows: number;
  difference?: number;
  low?: number;
  high?: number;
  pValue?: number;
  /** Holm-adjusted over all comparisons shown. */
  adjustedP?: number;
  method?: string;
}

export interface Verdict {
  /**
   * pick: one candidate is better than every other. tie: those in `set` differ by less than the margin, as far
   * as the intervals show. need-more: neither can be said yet; `rowsNeeded` more rows would tell. no-scores: nothing
   * was scored.
   */
  kind: "pick" | "tie" | "need-more" | "no-scores";
  /** The best mean, or the pick. */
  best?: string;
  /** Candidates that cannot be told apart from the best, the best first. */
  set: string[];
  rowsNeeded?: number;
  /** One sentence for a reader, without markup. */
  sentence: string;
  margin: number;
  alpha: number;
  /** Sorted by mean, best first. */
  summaries: CandidateSummary[];
  /** The best against each other candidate. */
  comparisons: Comparison[];
  warnings: string[];
}

export interface DecideOptions {
  /** The smallest difference worth switching for, in score units. */
  margin: number;
  /** Error rate of the whole family of comparisons; default 0.05. */
  alpha?: number;
  seed: string;
}

/** Signature of `decide`: pure, no Node APIs, the same in engine, gate and page. */
export type Decide = (table: ScoreTable, options: DecideOptions) => Verdict;
