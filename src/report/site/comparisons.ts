import type {Store} from "../../base/store/index.js";
import type {Cut} from "../../evals/decisions/cut.js";
import {cutOptions, cutsOf, scaleOf, scoreTable, slicingsOf} from "../../evals/decisions/index.js";
import {currentDecisions} from "./currentRuns.js";
import {runVerdict} from "./runVerdict.js";
import {shownSlices} from "./shownGroups.js";

/** Values of one slicing that are compared when the site is built; a page compares the rest itself when asked for one. */
const MOST_SLICES = 100;

/**
 * Verdicts and all pairs of a run, scorer by scorer, over all rows and in every slice: so that a page of a million scores has
 * them without reading one. They are decided as the run is, with its error rate; by the scorer that decides with its margin and costs, too.
 */
export async function* comparisons(store: Store, id: string): AsyncGenerator<ScorerComparisons> {
  const found = (await currentDecisions(store.workspace)).find(({run}) => run.id === id);
  if (!found) throw new Error(`no such run: ${id}`);
  const {run, race} = found;
  const {verdict, table: primary} = await runVerdict(store, run, {race});
  const {alpha} = verdict;
  const shown = await shownSlices(store, run);
  const slicings = (await slicingsOf(store, run)).map(({name, values}) => ({
    name,
    values: values.map((value) => (value === undefined ? undefined : shown(name, value)))
  }));
  for (const {name: scorer} of run.scorers) {
    const table = scorer === run.primaryScorer && !race ? primary : await scoreTable(store, id, scorer);
    const options = cutOptions(verdict, {
      decides: scorer === run.primaryScorer,
      scale: scaleOf(table.values),
      seed: run.seed
    });
    yield {
      run: id,
      scorer,
      alpha,
      extent: extentOf(table.values),
      cuts: cutsOf(table, slicings, options, MOST_SLICES),
      smaller: slicings.flatMap(({name, values}) => {
        const left = new Set(values.filter((value) => value !== undefined)).size - MOST_SLICES;
        return left > 0 ? [{slice: name, values: left}] : [];
      })
    };
  }
}

function extentOf(values: readonly (readonly (number | undefined)[])[]): number[] {
  let [low, high] = [Infinity, -Infinity];
  for (const row of values)
    for (const value of row)
      if (value !== undefined) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
  return low <= high ? [low, high] : [];
}

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
