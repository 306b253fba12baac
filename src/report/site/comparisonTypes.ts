import type {Cut} from "../../evals/decisions/cut.js";

/** What pages say of a run's scores by one scorer without the scores themselves. */
export interface ScorerComparisons {
  run: string;
  scorer: string;
  /** Error rate of the verdicts and intervals. */
  alpha: number;
  /** The least and the greatest score; empty without any. */
  extent: number[];
  /** All rows first, then the slices. */
  cuts: Cut[];
  /** Slices too small to be among them, by slicing. */
  smaller: {slice: string; values: number}[];
}
