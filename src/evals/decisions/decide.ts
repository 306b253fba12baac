import {mean, meanInterval, pairedDifference, winnerEstimate} from "../../base/stats/index.js";
import {bestFirst} from "./best.js";
import {cheaperOf} from "./cheaper.js";
import {choiceAmong} from "./choice.js";
import {cleanLeads} from "./cleanLead.js";
import {
  tableOfCandidates,
  clustersOf,
  failedAs,
  corpusFigureName,
  noValueText,
  sharedValues,
  decidingValues
} from "./columns.js";
import {corpusWarnings} from "./corpusWarnings.js";
import {actionAfterRisks} from "./heldAdvice.js";
import {lackText} from "./lacking.js";
import {isIdentical, moreRows, rowsOfPlan} from "./moreRows.js";
import {fewGroups} from "./fewGroups.js";
import {pairwise} from "./pairwise.js";
import {points} from "./points.js";
import {risksOf} from "./risks.js";
import {scaleOf} from "./scoreScale.js";
import {failureSensitivity} from "./sensitivityOf.js";
import type {CandidateCost, CandidateSummary, Comparison, ScoreTable, Verdict} from "./types.js";
import {sentenceOf} from "./sentence.js";
import {standingOf} from "./standing.js";
import {DEFAULT_ALPHA, type Decide, type DecideOptions} from "./decideOptions.js";

/**
 * The verdict on several candidates scored on the same rows. Every pair is compared by its paired difference
 * (clustered where the table names clusters) and the p values of all pairs are Holm-adjusted, so that choosing
 * the best one first is paid for. The margin is asked before significance: a difference whose interval (level
 * 1 − 2·alpha, the equivalence test's) lies inside it is a tie whatever its p value. `pick`: the best differs from every
 * other at `alpha` and ties with none. `tie`: all that are not shown to be worse tie with it. Otherwise
 * `need-more`, with the rows still missing at power 0.8: until a difference or a tie is shown, whichever is first.
 * Failed rows are left out of means and differences and counted; `sensitivity` says what they could change.
 * With `costs`, `cheaper` names the cheapest candidate that is at most the margin worse than the best.
 */
export const decide: Decide = (table, options) => {
  const alpha = options.alpha ?? DEFAULT_ALPHA;
  const scale = options.scale ?? scaleOf(table.values);
  const summaries = summariesOf(table, alpha);
  const scored = summaries.filter((summary) => summary.mean !== undefined);
  const warnings = [...missingScoreWarnings(table, summaries), ...fewGroups(table), ...corpusWarnings(table)];
  const common = {margin: options.margin, alpha, scale, figure: corpusFigureName(table), summaries, warnings};
  const best = scored[0]?.candidate;
  if (best === undefined) {
    const hasNoValue = table.candidates.some((candidate) => noValueText(table, candidate));
    const none = {set: [], comparisons: [], ...common, hasNoValue: hasNoValue ? (true as const) : undefined};
    return finish({kind: "no-scores", ...none}, table, options);
  }
  const pairs = allPairs(
    table,
    scored.map((summary) => summary.candidate),
    alpha
  );
  const comparisons = pairs
    .filter((pair) => pair.a === best)
    .map((pair) => ({...pair, within: isEquivalent(table, pair, options, alpha)}));
  const standing = (pair: Comparison) => standingOf(pair, options.margin, alpha);
  const contenders = comparisons.filter((pair) => standing(pair) !== "better");
  const open = contenders.filter((pair) => standing(pair) !== "tied");
  const set = [best, ...contenders.map((pair) => pair.b)];
  const identical = contenders.filter((pair) => isIdentical(table, pair)).map((pair) => pair.b);
  const winner = winnerOf(table, scored, options, 1 - alpha);
  const sensitivity = failureSensitivity(table, best, {rival: scored[1]?.candidate, scale});
  const cheaper =
    options.costs &&
    cheaperOf(table, best, options.costs, {margin: options.costMargin ?? options.margin, alpha, scale});
  const verdict = {
    best,
    set,
    comparisons,
    ...common,
    winner,
    identical: identical.length > 0 ? identical : undefined,
    sensitivity,
    cheaper,
    ...statedCosts(options)
  };
  if (contenders.length === 0) return finish({kind: "pick", ...verdict}, table, options);
  if (open.length === 0) return finish({kind: "tie", ...verdict}, table, options);
  const missing = open.map((pair) =>
    moreRows(table, pair, {margin: options.margin, alpha, pairs: pairs.length})
  );
  return finish({kind: "need-more", ...verdict, ...rowsOfPlan(missing)}, table, options);
};

/** Each candidate's mean with its interval, the best first. */
export function summariesOf(table: ScoreTable, alpha = DEFAULT_ALPHA): CandidateSummary[] {
  return table.candidates.map((_, c) => summarize(table, c, 1 - alpha)).sort(bestFirst);
}

/** Bare numbers are not repeated: they say nothing of where they come from. */
function statedCosts({costs = {}}: DecideOptions): Pick<Verdict, "costs"> {
  const stated = Object.entries(costs).filter(
    (entry): entry is [string, CandidateCost] => typeof entry[1] !== "number"
  );
  return stated.length > 0 ? {costs: Object.fromEntries(stated)} : {};
}

function finish(
  found: Omit<Verdict, "sentence" | "action" | "risks">,
  table: ScoreTable,
  options: DecideOptions
): Verdict {
  const {baseline} = table;
  const {costs, tieBreakers, facts = {}} = options;
  const choice = choiceAmong(found.set, {...tieBreakers, costs}, baseline);
  const sameWeights = options.sameWeights?.map((group) => [...group]);
  const verdict = {
    ...found,
    choice,
    sameWeights: sameWeights?.length ? sameWeights : undefined,
    tieBreakers,
    unaskedRows: facts.unaskedRows || undefined
  };
  const inUse = baseline === undefined ? undefined : {table, candidate: baseline};
  const risks = risksOf(verdict, facts, cleanLeads(table, inUse, facts, {alpha: found.alpha}));
  const advice = actionAfterRisks(verdict, baseline, [...risks, ...(options.leaks ?? [])]);
  return {...verdict, ...advice, sentence: sentenceOf({...verdict, ...advice}, options), risks};
}

function summarize(table: ScoreTable, index: number, level: number): CandidateSummary {
  const candidate = table.candidates[index]!;
  const values = decidingValues(table, candidate);
  const present = values.filter((value) => value !== undefined);
  const failed = values.length - present.length;
  const interval = meanInterval(values, {level, clusters: clustersOf(table), bounds: table.bounds});
  const repeats = mean((table.failedRepeats?.[index] ?? []).filter((_, row) => values[row] !== undefined));
  const failedRepeats = repeats === 0 ? undefined : repeats;
  const isShare = failed > 0 && table.binary && !table.corpus;
  const ifFailed = (score: number) => (isShare ? mean(failedAs(table, candidate, score)) : undefined);
  return {
    candidate,
    planned: values.length,
    scored: present.length,
    failedRepeats,
    mean: mean(values),
    low: interval?.low,
    high: interval?.high,
    method: interval?.method,
    ifFailedWrong: ifFailed(0),
    ifFailedRight: ifFailed(1)
  };
}

/** Over the rows that all scored candidates have; nothing to correct for with one candidate. */
function winnerOf(
  table: ScoreTable,
  scored: readonly CandidateSummary[],
  {seed}: DecideOptions,
  level: number
): Verdict["winner"] {
  if (scored.length < 2) return undefined;
  const columns = sharedValues(
    table,
    scored.map(({candidate}) => candidate)
  );
  const found = winnerEstimate(columns, {seed, level, clusters: clustersOf(table), bounds: table.bounds});
  // On the rows that all share another one may lead: then the estimate is not about the verdict's best.
  if (found?.winner !== 0) return undefined;
  const {naive, estimate, low, high, n} = found;
  return {naive, estimate, low, high, rows: n};
}

function compareScores(table: ScoreTable, a: string, b: string, level: number): Comparison {
  const [first, second] = sharedValues(table, [a, b]);
  const found = pairedDifference(first!, second!, {level, clusters: clustersOf(table)});
  if (!found) return {a, b, rows: 0};
  return {
    a,
    b,
    rows: found.n,
    difference: found.estimate,
    low: found.low,
    high: found.high,
    pValue: found.p,
    method: found.method
  };
}

/** `ordered` is best first, so that `a` is never the worse one of the two by its mean. */
function allPairs(table: ScoreTable, ordered: string[], alpha: number): Comparison[] {
  return pairwise(tableOfCandidates(table, ordered), [], {alpha}).pairs;
}

function isEquivalent(table: ScoreTable, pair: Comparison, options: DecideOptions, alpha: number): boolean {
  const {low, high} = compareScores(table, pair.a, pair.b, 1 - 2 * alpha);
  return low !== undefined && high !== undefined && low > -options.margin && high < options.margin;
}

/** Who lacks scores; a risk says where that could turn the verdict. One that was never scored is named beside the others' verdict. */
function missingScoreWarnings(table: ScoreTable, summaries: CandidateSummary[]): string[] {
  const isScored = summaries.some(({scored}) => scored > 0);
  return summaries
    .filter(
      ({planned, scored, failedRepeats}) =>
        (scored < planned || failedRepeats !== undefined) && (scored > 0 || !isScored)
    )
    .map(({candidate, ifFailedWrong, ifFailedRight, ...of}) => {
      const without = noValueText(table, candidate);
      if (without) return `${candidate}: ${without}.`;
      const range =
        ifFailedWrong === undefined || of.scored === 0
          ? ""
          : ` Its mean would be from ${points(ifFailedWrong)} (all wrong) to ${points(ifFailedRight!)} (all right).`;
      return `${candidate}: ${lackText(of)}.${range}`;
    });
}
