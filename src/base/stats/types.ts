/** One score per row. A missing score (undefined, null, NaN or infinite) is left out, never counted as zero. */
export type Scores = ArrayLike<number | null | undefined>;

/** The group each row belongs to, in the order of the scores. A row without one is a group of its own. */
export type Clusters = ArrayLike<string | number | null | undefined>;

export interface Interval {
  low: number;
  high: number;
}

/** A figure with its interval, in the units of the scores. */
export interface Estimate extends Interval {
  estimate: number;
  /** Undefined where the method has none (an exact interval, a single row). */
  standardError?: number;
  /** Confidence level of the interval, between 0 and 1. */
  level: number;
  /** Rows that were scored. */
  n: number;
  /** Groups of rows, when the rows were clustered. */
  clusters?: number;
  /** How many groups of equal size would say as much; absent when no two rows share a group. */
  effectiveClusters?: number;
  /** Degrees of freedom of the t distribution, when the interval used one. */
  df?: number;
  method: string;
}
