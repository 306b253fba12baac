import {memberOf} from "../../base/validation/memberOf.js";
import {OLD_PRICE_DAYS} from "../../base/costs/prices/priceAt.js";
import {listNames} from "./points.js";
import type {CandidateCost} from "./types.js";

type PossibleCosts = Readonly<Record<string, number | CandidateCost | undefined>>;

/** A sentence, led by a space, on the old prices among the costs of these candidates; "" when there is none. */
export function oldPricesSentence(candidates: readonly string[], costs: PossibleCosts): string {
  const old = candidates.flatMap((name) => {
    const day = oldPriceOf(memberOf(costs, name));
    return day === undefined ? [] : [`${name} (${day})`];
  });
  if (old.length === 0) return "";
  const [prices, are] = old.length > 1 ? ["prices", "are"] : ["price", "is"];
  return ` The ${prices} of ${listNames(old)} ${are} older than ${OLD_PRICE_DAYS} days.`;
}

/** The day of a cost's price, where that is old. */
export function oldPriceOf(cost: number | CandidateCost | undefined): string | undefined {
  return typeof cost === "object" ? cost.oldPrice : undefined;
}

/** How a cost that rests on an old price is marked. */
export function oldPriceMark(day: string): string {
  return `by a price of ${day}, older than ${OLD_PRICE_DAYS} days`;
}
