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

/** SQL for the tokens of one completion. */
export interface TokenColumns {
  prompt: string;
  completion: string;
  cached: string;
}

const COMPLETION_COLUMNS: TokenColumns = {
  prompt: "prompt_tokens",
  completion: "completion_tokens",
  cached: "cached_tokens"
};

/** The same in SQL, over the columns of a run's completions unless others are named: null where the tokens are unknown. */
export function completionCostSql(
  price: TokenPrice,
  {prompt, completion, cached}: TokenColumns = COMPLETION_COLUMNS
): string {
  const {
    inputUsdPerMillion: input,
    outputUsdPerMillion: output,
    cachedInputUsdPerMillion: cachedInput = input
  } = price;
  const fromCache = `least(coalesce(${cached}, 0), ${prompt})`;
  return `((${prompt} - ${fromCache}) * ${input}::double + ${fromCache} * ${cachedInput}::double + ${completion} * ${output}::double) / 1e6`;
}

/**
 * The same of a run's completions whose tokens the server told; null where they were only estimated: what such a call
 * cost is not known.
 */
export function toldCostSql(price: TokenPrice): string {
  return `case when tokens_estimated_by is null then ${completionCostSql(price)} end`;
}

/**
 * SQL for what an answer of a cascade cost, of the column `stage_tokens` and the prices of its stages: null where the
 * tokens of a stage are unknown, or a stage without a price took some.
 */
export function cascadeCostSql(prices: readonly (TokenPrice | undefined)[]): string {
  const each = prices.map((price, stage) => {
    const at = (place: number) =>
      `coalesce(json_extract_string(stage_tokens, '$[${stage}][${place}]')::double, 0)`;
    const [prompt, completion, cached] = [at(0), at(1), at(2)];
    return price
      ? completionCostSql(price, {prompt, completion, cached})
      : `case when ${prompt} + ${completion} = 0 then 0 end`;
  });
  return `case when stage_tokens is not null then ${each.join(" + ")} end`;
}
