import {holm} from "../../base/stats/index.js";
import {tableOfRows} from "./columns.js";
import {withoutPairs} from "./comparedCosts.js";
import {decide} from "./decide.js";
import {holdingRisks} from "./heldAdvice.js";
import {pairwise} from "./pairwise.js";
import {type ScoreScale, scaleOf} from "./scoreScale.js";
import {concludeSlices, type SliceCell, type SliceTable, type RowSlicing} from "./sliceTable.js";
import type {Comparison, ScoreTable, Verdict} from "./types.js";
import {byNumbers} from "./valueName.js";
import {DEFAULT_MARGIN, type DecideOptions} from "./decideOptions.js";

/** Some rows of a run by one scorer with all that pages say of them: computed once, shown without the rows. */
export interface Cut {
  /** Undefined for all rows. */
  slice?: {name: string; value: string};
  /** Rows of the slice, scored or not. */
  rows: number;
  /** In the order of the scores' table. */
  candidates: string[];
  verdict: Verdict;
  /** Every pair, the earlier candidate minus the later: first with second, first with third, …; null without shared rows. */
  pairs: (PairFigures | null)[];
}

/** Rows both have, difference, bounds, p value, method. */
export type PairFigures = [
  rows: number,
  difference: number,
  low: number,
  high: number,
  p: number,
  method: string
];

/**
 * What rows are compared by, as the run's verdict was made; what holds the run's advice back holds theirs. The margin is
 * one of the scorer that decides: on another a difference of a point matters where scores are proportions, and any
 * difference where they are not.
 */
export function cutOptions(
  {margin, alpha, costs, tieBreakers, sameWeights, risks, heldBy}: Verdict,
  {decides, scale, seed}: {decides: boolean; scale: ScoreScale; seed: string}
): DecideOptions {
  const common = {alpha, sameWeights, scale, seed};
  return decides
    ? {...common, margin, costs, tieBreakers, leaks: holdingRisks(risks, heldBy)}
    : {...common, margin: scale === "proportion" ? DEFAULT_MARGIN : 0, decides};
}

/** Verdict and all pairs on the rows of the table. */
export function cutOf(table: ScoreTable, options: DecideOptions, slice?: Cut["slice"]): Cut {
  const {pairs} = pairwise(table, [], {alpha: options.alpha});
  return {
    slice,
    rows: table.rowIds.length,
    candidates: table.candidates,
    verdict: verdictOf(table, options),
    pairs: pairs.map(({rows, difference, low, high, pValue, method}) =>
      difference === undefined ? null : [rows, difference, low!, high!, pValue!, method!]
    )
  };
}

/** Without what costs come to against one another: it is the run's, whose verdict has it. */
function verdictOf(table: ScoreTable, options: DecideOptions): Verdict {
  const {costs, ...verdict} = decide(table, options);
  if (!costs) return verdict;
  const alone = Object.entries(costs).map(([name, cost]) => [name, withoutPairs(cost)] as const);
  return {...verdict, costs: Object.fromEntries(alone)};
}

/**
 * The table's rows as a whole, then in every slice with a value, of each slicing the `most` largest by rows, in the order of
 * their names.
 */
export function cutsOf(
  table: ScoreTable,
  slicings: readonly RowSlicing[],
  given: DecideOptions,
  most = Infinity
): Cut[] {
  const options = {...given, scale: given.scale ?? scaleOf(table.values)};
  const cuts = [cutOf(table, options)];
  for (const {name, values} of slicings) {
    const places = new Map<string, number[]>();
    values.forEach((value, row) => {
      if (value === undefined) return;
      const known = places.get(value);
      if (known) known.push(row);
      else places.set(value, [row]);
    });
    const largest = [...places].sort(([, a], [, b]) => b.length - a.length).slice(0, most);
    for (const [value, rows] of largest.sort(([a], [b]) => byNumbers(a, b)))
      cuts.push(cutOf(tableOfRows(table, rows), options, {name, value}));
  }
  return cuts;
}

/** The reference minus each other candidate, the lowest difference first; p values are Holm-adjusted over these comparisons. */
export function comparisonsWith(cut: Cut, reference: string): Comparison[] {
  const found = cut.candidates
    .filter((candidate) => candidate !== reference)
    .map((candidate): Comparison => {
      const figures = pairOf(cut, reference, candidate);
      if (!figures) return {a: reference, b: candidate, rows: 0};
      const [rows, difference, low, high, pValue, method] = figures;
      return {a: reference, b: candidate, rows, difference, low, high, pValue, method};
    });
  const adjusted = holm(found.map(({pValue}) => pValue));
  return found
    .map((pair, i) => (adjusted[i] === undefined ? pair : {...pair, adjustedP: adjusted[i]}))
    .sort((one, other) => (one.difference ?? 0) - (other.difference ?? 0));
}

/** What `sliceTable` says of the same rows, from cuts of one scorer; those without a slice are left out. */
export function sliceTableOf(cuts: readonly Cut[], reference: string, alpha: number): SliceTable {
  const rows = cuts.flatMap((cut) => {
    const {slice, verdict} = cut;
    if (!slice) return [];
    const cells = cut.candidates.map((candidate): SliceCell => {
      const summary = verdict.summaries.find((one) => one.candidate === candidate);
      if (!summary || summary.scored === 0) return {candidate, scored: 0};
      const {scored, mean, low, high} = summary;
      const figures = candidate === reference ? null : pairOf(cut, candidate, reference);
      return {candidate, scored, mean, low, high, difference: figures ? differenceOf(figures) : undefined};
    });
    return [{slice: slice.name, value: slice.value, rows: cut.rows, cells}];
  });
  return concludeSlices(rows, {reference, alpha});
}

function differenceOf([rows, estimate, low, high, pValue]: PairFigures): SliceCell["difference"] {
  return {estimate, low, high, rows, pValue, adjustedP: pValue};
}

/** First minus second, whichever comes first in the table. */
function pairOf({candidates, pairs}: Cut, first: string, second: string): PairFigures | null {
  const [a, b] = [candidates.indexOf(first), candidates.indexOf(second)];
  const [early, late] = a < b ? [a, b] : [b, a];
  if (early < 0) return null;
  const figures = pairs[early * candidates.length - (early * (early + 1)) / 2 + late - early - 1] ?? null;
  if (!figures || a < b) return figures;
  const [rows, difference, low, high, p, method] = figures;
  return [rows, -difference, -high, -low, p, method];
}
