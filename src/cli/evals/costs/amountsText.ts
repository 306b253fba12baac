import type {TokenPrice} from "../../../base/costs/index.js";

type PriceAmounts = Partial<
  Pick<TokenPrice, "inputUsdPerMillion" | "cachedInputUsdPerMillion" | "outputUsdPerMillion">
>;

/** The amounts of a price in words, those for long prompts last: "$2 in, $8 out a million tokens; above 200,000 prompt tokens: $4 in". */
export function amountsText({tiers, ...price}: PriceAmounts & Pick<TokenPrice, "tiers">): string {
  const long = tierTexts(tiers, (bound, tier) => `; above ${bound} prompt tokens: ${inDollars(tier)}`);
  return `${inDollars(price)} a million tokens${long.join("")}`;
}

/** A text of each tier with its bound in words, the lowest first; none without tiers. */
export function tierTexts<T extends {abovePromptTokens: number}>(
  tiers: readonly T[] = [],
  textOf: (bound: string, tier: T) => string
): string[] {
  return [...tiers]
    .sort((a, b) => a.abovePromptTokens - b.abovePromptTokens)
    .map((tier) => textOf(tier.abovePromptTokens.toLocaleString("en-US"), tier));
}

/** "2 in, 8 out" of the amounts that are stated: of prompts, of cached prompts and of answers. */
export function statedAmounts(
  amounts: readonly [input?: number, cached?: number, output?: number],
  currency = ""
): string {
  const names = ["in", "cached", "out"];
  return amounts
    .flatMap((amount, i) => (amount === undefined ? [] : `${currency}${amount} ${names[i]!}`))
    .join(", ");
}

const inDollars = ({inputUsdPerMillion, cachedInputUsdPerMillion, outputUsdPerMillion}: PriceAmounts) =>
  statedAmounts([inputUsdPerMillion, cachedInputUsdPerMillion, outputUsdPerMillion], "$");
