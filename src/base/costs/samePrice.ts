import type {TokenPrice} from "./completionCost.js";

/** Whether two prices are one: the same amounts of the same day and source. What is undefined in one may be absent in the other. */
export function samePrice(a: TokenPrice | undefined, b: TokenPrice | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && priceText(a) === priceText(b));
}

function priceText({asOf, source, tiers, ...amounts}: TokenPrice): string {
  return JSON.stringify([
    asOf,
    source,
    amountsOf(amounts),
    tiers?.map(({abovePromptTokens, ...tier}) => [abovePromptTokens, amountsOf(tier)])
  ]);
}

function amountsOf(of: Partial<TokenPrice>): (number | undefined)[] {
  return [of.inputUsdPerMillion, of.cachedInputUsdPerMillion, of.outputUsdPerMillion];
}
