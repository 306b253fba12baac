import {type TokenPrice, type Usage} from "./types.js";

/**
 * US dollars of one completion; undefined when either the usage or the price is unknown. Cached prompt tokens
 * are counted inside `promptTokens` (OpenAI's convention) and cost the input price when no cached price is given.
 */
export function completionCost(usage: Usage | undefined, price: TokenPrice | undefined): number | undefined {
  if (!usage || !price) return undefined;
  const cached = Math.min(usage.cachedTokens ?? 0, usage.promptTokens);
  const cachedPrice = price.cachedInputUsdPerMillion ?? price.inputUsdPerMillion;
  return (
    ((usage.promptTokens - cached) * price.inputUsdPerMillion +
      cached * cachedPrice +
      usage.completionTokens * price.outputUsdPerMillion) /
    1e6
  );
}
