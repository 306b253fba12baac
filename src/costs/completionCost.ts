/** US dollars per million tokens, with the day and the page the figures were read. */
export interface TokenPrice {
  inputUsdPerMillion: number;
  outputUsdPerMillion: number;
  cachedInputUsdPerMillion?: number;
  asOf: string;
  source: string;
}

/** Tokens of one completion; cached prompt tokens are counted inside `promptTokens` (OpenAI's convention). */
export interface TokenCounts {
  promptTokens: number;
  completionTokens: number;
  cachedTokens?: number;
  /** How they were counted where it was not the server that did: an estimate. */
  estimatedBy?: string;
}

/**
 * US dollars of one completion; undefined when either the usage or the price is unknown. Cached prompt tokens
 * cost the input price when no cached price is given.
 */
export function completionCost(
  usage: TokenCounts | undefined,
  price: TokenPrice | undefined
): number | undefined {
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

/**
 * The same in SQL over the columns `prompt_tokens`, `completion_tokens` and `cached_tokens`: null where the tokens are
 * unknown.
 */
export function completionCostSql(price: TokenPrice): string {
  const {
    inputUsdPerMillion: input,
    outputUsdPerMillion: output,
    cachedInputUsdPerMillion: cachedInput = input
  } = price;
  const cached = "least(coalesce(cached_tokens, 0), prompt_tokens)";
  return `((prompt_tokens - ${cached}) * ${input}::double + ${cached} * ${cachedInput}::double + completion_tokens * ${output}::double) / 1e6`;
}
