import {holm, nonInferiority, pairedDifference} from "../stats/index.js";
import {clustersOf, valuesOf} from "./columns.js";
import {points} from "./points.js";
import type {CheaperCandidate, CheaperVerdict, ScoreTable} from "./types.js";

/**
 * The candidates that cost less than the best, each tested for being at most `margin` worse (one-sided, Holm over
 * the tests at `alpha`). Undefined when the best's cost is not known or nobody is cheaper. Costs: US dollars a thousand rows.
 */
export function cheaperOf(
  table: ScoreTable,
  best: string,
  costs: Readonly<Record<string, number>>,
  margin: number,
  alpha: number
): CheaperVerdict | undefined {
  const own = costs[best];
  if (own === undefined || !(margin > 0)) return undefined;
  const cheaper = table.candidates
    .filter((candidate) => candidate !== best && costs[candidate] !== undefined && costs[candidate] < own)
    .sort((a, b) => costs[a]! - costs[b]! || (a < b ? -1 : 1));
  if (cheaper.length === 0) return undefined;
  const tests = cheaper.map((candidate) => {
    const difference = pairedDifference(valuesOf(table, candidate), valuesOf(table, best), {
      level: 1 - 2 * alpha,
      clusters: clustersOf(table)
    });
    return {candidate, difference, test: difference && nonInferiority(difference, margin, {alpha})};
  });
  const adjusted = holm(tests.map(({test}) => test?.p));
  const candidates = tests.map(({candidate, difference, test}, i): CheaperCandidate => {
    const cost = costs[candidate]!;
    const p = adjusted[i];
    return {
      candidate,
      costUsdPerThousand: cost,
      ...(cost > 0 ? {timesCheaper: own / cost} : {}),
      ...(difference ? {difference: difference.estimate, low: difference.low, high: difference.high} : {}),
      rows: difference?.n ?? 0,
      ...(p === undefined ? {} : {adjustedP: p}),
      verdict:
        p !== undefined && p <= alpha
          ? "non-inferior"
          : test?.verdict === "inferior"
            ? "inferior"
            : "undecided"
    };
  });
  const choice = candidates.find(({verdict}) => verdict === "non-inferior");
  return {
    margin,
    alpha,
    ...(choice ? {choice: choice.candidate} : {}),
    sentence: choice ? chosen(choice, best, margin) : nobody(candidates, best, margin),
    candidates
  };
}

function chosen(choice: CheaperCandidate, best: string, margin: number): string {
  const price =
    choice.timesCheaper === undefined ? "costs nothing a call" : `${times(choice.timesCheaper)} cheaper`;
  const verb = choice.timesCheaper === undefined ? "" : "is ";
  return `${choice.candidate} is at most ${points(margin)} points worse than ${best} (${points(choice.difference!)}, at worst ${points(choice.low!)}) and ${verb}${price}.`;
}

function nobody(candidates: readonly CheaperCandidate[], best: string, margin: number): string {
  const open = candidates.filter(({verdict}) => verdict === "undecided");
  const claim = `at most ${points(margin)} points worse than ${best}`;
  if (open.length === 0) return `No cheaper candidate is ${claim}.`;
  return `No cheaper candidate is shown to be ${claim}; it is undecided for ${open.map(({candidate}) => candidate).join(", ")}.`;
}

function times(factor: number): string {
  return `${factor < 10 ? factor.toFixed(1) : Math.round(factor).toLocaleString("en-US")}×`;
}
