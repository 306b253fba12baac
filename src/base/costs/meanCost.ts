import {
  amountsCost,
  completionCost,
  type TokenCounts,
  type TokenPrice,
  tierAmounts
} from "./completionCost.js";

/** Of the requests with more prompt tokens than `abovePromptTokens`: their tokens, spread over all requests. */
export interface LongRequests {
  abovePromptTokens: number;
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
}

/**
 * US dollars of a mean request: each tier of the price bills the tokens of the requests that fall into it. `long` has an
 * entry for each tier; without it the tier of a request of mean length is taken.
 */
export function meanCost(
  tokens: TokenCounts,
  price: TokenPrice | undefined,
  long: readonly LongRequests[] = []
): number | undefined {
  if (!price) return undefined;
  const tiers = tierAmounts(price);
  const above = tiers.map((tier) => long.find(({abovePromptTokens}) => abovePromptTokens === tier.above));
  if (tiers.length === 0 || above.some((one) => !one)) return completionCost(tokens, price);
  let billed: TokenCounts = {promptTokens: 0, completionTokens: 0, cachedTokens: 0};
  let usd = 0;
  for (const [i, amounts] of [...tiers, price].entries()) {
    const upTo = above[i] ?? tokens;
    usd += amountsCost(difference(upTo, billed), amounts);
    billed = upTo;
  }
  return usd;
}

function difference(a: TokenCounts, b: TokenCounts): TokenCounts {
  return {
    promptTokens: a.promptTokens - b.promptTokens,
    completionTokens: a.completionTokens - b.completionTokens,
    cachedTokens: (a.cachedTokens ?? 0) - (b.cachedTokens ?? 0)
  };
}
