import type {TokenPrice} from "../costs/index.js";

type Amounts = Partial<
  Pick<TokenPrice, "inputUsdPerMillion" | "cachedInputUsdPerMillion" | "outputUsdPerMillion">
>;

/** The amounts of a price in words, those for long prompts last: "$2 in, $8 out a million tokens; above 200,000 prompt tokens: $4 in". */
export function amountsText({tiers = [], ...price}: Amounts & Pick<TokenPrice, "tiers">): string {
  const long = [...tiers]
    .sort((a, b) => a.abovePromptTokens - b.abovePromptTokens)
    .map(
      ({abovePromptTokens, ...tier}) =>
        `; above ${abovePromptTokens.toLocaleString("en-US")} prompt tokens: ${stated(tier)}`
    );
  return `${stated(price)} a million tokens${long.join("")}`;
}

function stated({
  inputUsdPerMillion: input,
  cachedInputUsdPerMillion: cached,
  outputUsdPerMillion: output
}: Amounts): string {
  const each = [
    [input, "in"],
    [cached, "cached"],
    [output, "out"]
  ] as const;
  return each.flatMap(([usd, name]) => (usd === undefined ? [] : `$${usd} ${name}`)).join(", ");
}
