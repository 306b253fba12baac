import {memberOf} from "../../base/validation/memberOf.js";
import {holm, nonInferiority, pairedDifference} from "../../base/stats/index.js";
import {clustersOf, sharedValues} from "./columns.js";
import {comparedCosts, isShownCheaper} from "./comparedCosts.js";
import {differenceIfWrong} from "./ifWrong.js";
import {oldPricesSentence} from "./oldPrices.js";
import {formatCount} from "./points.js";
import {type ScoreScale, writerOf} from "./scoreScale.js";
import type {CheaperCandidate, CheaperVerdict, ScoreTable} from "./types.js";
import type {CostsByCandidate} from "./costTypes.js";

export interface CheaperTerms {
  margin: number;
  alpha: number;
  scale: ScoreScale;
}

/** How a candidate does against another: its difference with the interval of level 1 − 2·alpha, and what is shown of the margin. */
export type NoWorse = Pick<
  CheaperCandidate,
  "difference" | "low" | "high" | "rows" | "adjustedP" | "verdict"
>;

/**
 * The candidates that are shown to cost less than the best (the interval of the ratio of the two costs leaves out 1), each tested for being at most `margin` worse (one-sided, Holm over
 * the tests at `alpha`); undecided where it would be more than that worse had every failed row been wrong. Undefined when the best's cost is not known or nobody is cheaper. Costs: US dollars a thousand rows.
 */
export function cheaperOf(
  table: ScoreTable,
  best: string,
  costs: CostsByCandidate,
  terms: CheaperTerms
): CheaperVerdict | undefined {
  return cheaperBy(table.candidates, best, costs, terms, (cheaper) => noWorse(table, cheaper, best, terms));
}

/**
 * Each of some candidates tested for being at most `margin` worse than another (one-sided, Holm over them at `alpha`); undecided
 * where it would be more than that worse had every failed row been wrong.
 */
export function noWorse(
  table: ScoreTable,
  candidates: readonly string[],
  than: string,
  {margin, alpha, scale}: CheaperTerms
): NoWorse[] {
  const tests = candidates.map((candidate) => {
    const [own, others] = sharedValues(table, [candidate, than]);
    const difference = pairedDifference(own!, others!, {
      level: 1 - 2 * alpha,
      clusters: clustersOf(table)
    });
    return {difference, test: difference && nonInferiority(difference, margin, {alpha})};
  });
  const adjusted = holm(tests.map(({test}) => test?.p));
  return tests.map(({difference, test}, i): NoWorse => {
    const p = adjusted[i];
    const ifWrong = differenceIfWrong(table, candidates[i]!, {table, candidate: than}, scale);
    const turns = ifWrong !== undefined && ifWrong.failed > 0 && ifWrong.figure < -margin;
    return {
      difference: difference?.estimate,
      low: difference?.low,
      high: difference?.high,
      rows: difference?.n ?? 0,
      adjustedP: p,
      verdict:
        p !== undefined && p <= alpha
          ? turns
            ? "undecided"
            : "non-inferior"
          : test?.verdict === "inferior"
            ? "inferior"
            : "undecided"
    };
  });
}

/** The same with any test of "at most the margin worse": `test` takes the cheaper candidates, the cheapest first. */
export function cheaperBy(
  among: readonly string[],
  best: string,
  costs: CostsByCandidate,
  {margin, alpha, scale}: CheaperTerms,
  test: (cheaper: readonly string[]) => NoWorse[]
): CheaperVerdict | undefined {
  if (memberOf(costs, best) === undefined || !(margin > 0)) return undefined;
  const cheaper = among
    .flatMap((candidate) => {
      const found = candidate === best ? undefined : comparedCosts(costs, candidate, best);
      return found && isShownCheaper(found) ? [{candidate, ...found}] : [];
    })
    .sort((a, b) => (b.times ?? Infinity) - (a.times ?? Infinity) || (a.candidate < b.candidate ? -1 : 1));
  if (cheaper.length === 0) return undefined;
  const names = cheaper.map(({candidate}) => candidate);
  const tested = test(names);
  const candidates = cheaper.map(({candidate, times, low, high}, i): CheaperCandidate => {
    const cost = memberOf(costs, candidate)!;
    return {
      candidate,
      costUsdPerThousand: typeof cost === "number" ? cost : cost.usdPerThousand,
      timesCheaper: times,
      timesLow: low,
      timesHigh: high,
      ...tested[i]!
    };
  });
  const choice = candidates.find(({verdict}) => verdict === "non-inferior");
  return {
    margin,
    alpha,
    choice: choice?.candidate,
    sentence:
      (choice ? cheaperSentence(choice, best, {margin, scale}) : nobody(candidates, best, {margin, scale})) +
      oldPricesSentence(choice ? [choice.candidate, best] : [...names, best], costs),
    candidates
  };
}

type CostTerms = Omit<CheaperTerms, "alpha">;

function cheaperSentence(choice: CheaperCandidate, best: string, {margin, scale}: CostTerms): string {
  const write = writerOf(scale);
  const {candidate, timesCheaper, timesLow, timesHigh, difference, low} = choice;
  const range =
    timesLow === undefined || times(timesLow) === times(timesHigh!)
      ? ""
      : ` (${times(timesLow)} to ${times(timesHigh!)})`;
  const price =
    timesCheaper === undefined ? "costs nothing a call" : `is ${times(timesCheaper)} cheaper${range}`;
  return `${candidate} is at most ${write.difference(margin)} worse than ${best} (${write.number(difference!)}, at worst ${write.number(low!)}) and ${price}.`;
}

function nobody(candidates: readonly CheaperCandidate[], best: string, {margin, scale}: CostTerms): string {
  const open = candidates.filter(({verdict}) => verdict === "undecided");
  const claim = `at most ${writerOf(scale).difference(margin)} worse than ${best}`;
  if (open.length === 0) return `No cheaper candidate is ${claim}.`;
  return `No cheaper candidate is shown to be ${claim}; it is undecided for ${open.map(({candidate}) => candidate).join(", ")}.`;
}

function times(factor: number): string {
  return `${factor < 10 ? factor.toFixed(1) : formatCount(Math.round(factor))}×`;
}
