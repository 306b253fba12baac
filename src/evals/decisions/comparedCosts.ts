import {memberOf} from "../../base/validation/memberOf.js";
import {normalQuantile} from "../../base/stats/index.js";
import type {CandidateCost} from "./types.js";
import type {CostsByCandidate} from "./costTypes.js";

/** Two costs of a thousand rows on the same rows, where those are told. */
export interface ComparedCosts {
  usd: number;
  other: number;
  /** How many times `usd` the other is; absent when `usd` is 0. */
  times?: number;
  /** 95 % interval of `times`. */
  low?: number;
  high?: number;
}

/**
 * What a candidate costs against another, on the rows that both have where the costs tell of those. Undefined where one is not known,
 * or no row is shared. Of bare totals the interval takes the two as unrelated, by the delta method on the log scale.
 */
export function comparedCosts(
  costs: CostsByCandidate,
  candidate: string,
  other: string
): ComparedCosts | undefined {
  const [own, others] = [costOf(memberOf(costs, candidate)), costOf(memberOf(costs, other))];
  if (!own || !others) return undefined;
  const [found, mirrored] = [memberOf(own.against, other), memberOf(others.against, candidate)];
  if (found) {
    const {usdPerThousand, otherUsdPerThousand, timesLow, timesHigh} = found;
    return {...ratio(usdPerThousand, otherUsdPerThousand), low: timesLow, high: timesHigh};
  }
  if (mirrored) {
    const {usdPerThousand, otherUsdPerThousand, timesLow, timesHigh} = mirrored;
    return {
      ...ratio(otherUsdPerThousand, usdPerThousand),
      low: timesHigh && 1 / timesHigh,
      high: timesLow && 1 / timesLow
    };
  }
  // Both tell of the rows that they share with others, and share none with one another.
  if (own.against && others.against) return undefined;
  const totals = ratio(own.usdPerThousand, others.usdPerThousand);
  if (totals.times === undefined || own.standardError === undefined || others.standardError === undefined)
    return totals;
  const spread = Math.hypot(
    own.standardError / own.usdPerThousand,
    others.standardError / others.usdPerThousand
  );
  const factor = Math.exp(normalQuantile(0.975) * spread);
  return {...totals, low: totals.times / factor, high: totals.times * factor};
}

/** Whether one costs less beyond chance. Costs of which nobody knows how sure they are differ as they stand. */
export function isShownCheaper({usd, other, low = Infinity}: ComparedCosts): boolean {
  // Costs by the same tokens have one ratio on every row, and rounding makes an interval of it.
  return usd < other && low > 1 + 1e-9;
}

/** The cost without what it comes to against others. */
export function withoutPairs(cost: CandidateCost): CandidateCost {
  const alone = {...cost};
  delete alone.against;
  return alone;
}

function ratio(usd: number, other: number): Pick<ComparedCosts, "usd" | "other" | "times"> {
  return {usd, other, times: usd === 0 ? undefined : other / usd};
}

function costOf(
  cost: number | CandidateCost | undefined
): Pick<CandidateCost, "usdPerThousand" | "standardError" | "against"> | undefined {
  return typeof cost === "number" ? {usdPerThousand: cost} : cost;
}
