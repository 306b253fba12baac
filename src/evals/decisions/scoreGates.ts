import {normalQuantile, rowsNeeded} from "../../base/stats/index.js";
import {corpusFigureName, noValueText} from "./columns.js";
import {DEFAULT_ALPHA} from "./decideOptions.js";
import type {GateInterval, GateIntervals, Picked} from "./gateIntervals.js";
import {differenceIfWrong, type IfWrong, meanIfWrong} from "./ifWrong.js";
import type {ScoreWriter} from "./scoreScale.js";
import type {ScoreTable} from "./types.js";
import type {EarlierRun, GateFinding, GateFacts} from "./gateTypes.js";

/** What rules on scores go by, and how they write them. */
interface ScoreTerms {
  intervals: GateIntervals;
  write: ScoreWriter;
  picked: Picked;
}

export function minScore(table: ScoreTable, candidate: string, least: number, by: ScoreTerms): GateFinding {
  const interval = by.intervals.mean(table, candidate, by.picked);
  const rule = `${corpusFigureName(table) ?? "score"} at least ${by.write.number(least)}`;
  if (!interval) {
    const without = noValueText(table, candidate);
    const message = without ? `${without}.` : "Too few rows were scored for an interval.";
    return {rule, status: "undecided", message};
  }
  return unlessFailures(against(rule, interval, least, by), meanIfWrong(table, candidate), least, by);
}

/** The table that holds the baseline's scores: a race may have dropped it early. */
export function baselineTable({baseline, ...table}: ScoreTable, facts: GateFacts): ScoreTable {
  const gone = facts.dropped?.find(({calls}) => calls.candidate === baseline);
  return {...(gone?.table ?? table), baseline};
}

export function regression(
  table: ScoreTable,
  candidate: string,
  most: number,
  of: ScoreTable,
  by: ScoreTerms
): GateFinding {
  const {baseline} = of;
  const rule = `not more than ${by.write.difference(most)} below ${baseline ?? "the baseline"}`;
  if (baseline === undefined) return {rule, status: "undecided", message: "The run has no baseline."};
  if (baseline === candidate) return {rule, status: "pass", message: "It is the baseline itself."};
  // One of them is the baseline, which is not below itself.
  const picked = {among: Math.max(1, by.picked.among - 1)};
  const other = {table: of, candidate: baseline};
  const difference = by.intervals.difference(table, candidate, other, picked);
  if (!difference) return {rule, status: "undecided", message: "Too few rows were scored by both."};
  const found = against(rule, difference, -most, {...by, picked});
  return unlessFailures(found, differenceIfWrong(table, candidate, other), -most, by);
}

export function runRegression(
  table: ScoreTable,
  candidate: string,
  most: number,
  {name, facts, by}: {name: string; facts: GateFacts; by: ScoreTerms}
): GateFinding {
  const found = facts.baseline?.(name);
  const rule = `not more than ${by.write.difference(most)} below ${found ? `run ${found.run}` : name === "previous" ? "the run before" : `the run ${name}`}`;
  if (!found)
    return {rule, status: "undecided", message: "The store has no such run of this eval and split."};
  if (!found.table.candidates.includes(candidate))
    return {rule, status: "undecided", message: `That run has no candidate ${candidate}.`};
  const other = {table: found.table, candidate};
  const difference = by.intervals.difference(table, candidate, other, by.picked);
  if (!difference) return {rule, status: "undecided", message: "Too few rows were scored in both runs."};
  // The same answers are no sample of what else it might have answered.
  if (isUnchanged(found, difference, candidate))
    return {
      rule,
      status: "pass",
      message: found.isPurged
        ? `the same scores on the ${difference.n} rows of both runs, and the same answers where they were not erased`
        : `the same answers and scores on the ${difference.n} rows of both runs`
    };
  const decided = saidOfExpected(against(rule, difference, -most, by), found);
  // What failed in the earlier run is no excuse for a fall.
  if (!found.otherScorer && decided.status === "fail") return decided;
  if (!found.otherScorer)
    return unlessFailures(decided, differenceIfWrong(table, candidate, other), -most, by);
  const message = `${decided.message}, by another scorer: the change is not ${candidate}'s alone`;
  return {rule, status: "undecided", message};
}

/** A fall may be that of the answer key. */
function saidOfExpected(decided: GateFinding, {otherExpected: rows = 0}: EarlierRun): GateFinding {
  if (rows === 0 || decided.status === "pass") return decided;
  const other = `of ${rows} ${rows === 1 ? "row another answer was" : "rows other answers were"} expected then`;
  return {...decided, message: `${decided.message}; ${other}`};
}

const isUnchanged = (
  {otherScorer, sameAnswers}: EarlierRun,
  {estimate, isConstant}: GateInterval,
  candidate: string
) => !otherScorer && estimate === 0 && isConstant === true && sameAnswers?.has(candidate) === true;

/** Undecided where the figure would be on the other side, had every failed row been wrong. */
function unlessFailures(
  found: GateFinding,
  ifWrong: IfWrong | undefined,
  least: number,
  {write}: ScoreTerms
): GateFinding {
  if (found.status === "undecided" || !ifWrong || ifWrong.failed === 0) return found;
  const {failed, rows, figure} = ifWrong;
  if (figure >= least === (found.status === "pass")) return found;
  const message = `${found.message}; ${failed} of ${rows} rows lack scores, and had they been wrong it would be ${write.number(figure)}`;
  return {...found, status: "undecided", message};
}

function against(
  rule: string,
  {estimate, low, high, n, groups, isConstant, bounds = [0, 1]}: GateInterval,
  least: number,
  {write: {number}, picked: {among}}: ScoreTerms
): GateFinding {
  const corrected = among > 1 ? `, corrected for taking the best of ${among}` : "";
  const of = groups === undefined ? "" : `, the mean of ${groups} groups' means,`;
  const message = `${number(estimate)} (${number(low)} to ${number(high)})${of} on ${n} rows${corrected}`;
  if (low >= least) return {rule, status: "pass", message};
  if (high < least) return {rule, status: "fail", message};
  const distance = Math.abs(estimate - least);
  const reach = estimate < least ? high - estimate : estimate - low;
  // Where all rows are alike the near end is the share z² / (n + z²) of the way to the bound away, and nothing else moves it.
  const room = estimate < least ? bounds[1] - estimate : estimate - bounds[0];
  const inAll = isConstant
    ? Math.ceil((n * odds(reach / room)) / odds(distance / room))
    : rowsOfReach({reach, n, among, distance});
  const more = distance > 0 && inAll !== undefined ? Math.max(1, inAll - n) : undefined;
  return {rule, status: "undecided", message, rowsNeeded: more};
}

const odds = (share: number) => share / (1 - share);

/** Rows in all that decide at power 0.8, if the figure is what it was seen to be: so many as a verdict asks for. */
function rowsOfReach(seen: {reach: number; n: number; among: number; distance: number}): number | undefined {
  const {reach, n, among, distance} = seen;
  const alpha = DEFAULT_ALPHA / among;
  return rowsNeeded({
    difference: distance,
    sd: (reach / normalQuantile(1 - alpha / 2)) * Math.sqrt(n),
    alpha
  });
}
