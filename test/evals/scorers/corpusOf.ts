import type {Json, Scorer} from "../../../src/evals/scorers/types.js";
import {corpusCounts, corpusFigure} from "../../../src/base/stats/index.js";

/** What a scorer's corpus figure is for rows of which these are the details; undefined without rows. */
export function corpusOf(
  {corpus}: Scorer,
  rows: readonly {value?: number; details?: {[key: string]: Json}}[]
): number | undefined {
  return corpusFigure(
    corpus!,
    rows.map(({details}) => corpusCounts(corpus!, details)!)
  );
}
