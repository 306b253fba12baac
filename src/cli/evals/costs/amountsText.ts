import {type TokenPrice, choiceText, type CostedOption} from "../../../base/costs/index.js";
import {writerOf} from "../../../evals/decisions/index.js";
import type {CostsData} from "../../../report/site/costTypes.js";

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

/** Whom to take by what it costs, or why nobody. */
export function choiceLine(data: CostsData, costed: readonly CostedOption[]): string {
  if (data.held !== undefined) return `Nobody is chosen by cost: ${data.held}`;
  const margin = writerOf(data.scale).difference(data.margin);
  return choiceText(costed, {margin, usd: (amount) => `$${usd(amount)}`});
}

/** Three digits below a dollar, cents above. */
export function usd(value: number | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (value === 0) return "0";
  return value < 1
    ? String(Number(value.toPrecision(3)))
    : value.toLocaleString("en-US", {minimumFractionDigits: 2, maximumFractionDigits: 2});
}
