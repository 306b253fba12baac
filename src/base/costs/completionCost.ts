/** US dollars per million tokens, with the day and the page the figures were read. */
export interface TokenPrice {
  inputUsdPerMillion: number;
  outputUsdPerMillion: number;
  cachedInputUsdPerMillion?: number;
  /** Other amounts for requests with long prompts. */
  tiers?: readonly TokenPriceTier[];
  asOf: string;
  source: string;
}

/** What requests cost that wait and go as a batch, in US dollars per million tokens. */
export interface BatchPrice {
  inputUsdPerMillion: number;
  outputUsdPerMillion: number;
}

/** A price as a run's record keeps it. */
export interface RecordedPrice extends TokenPrice {
  /** What a batch cost by the same row of the list; null where that stated none. Absent where nobody looked, as in older records. */
  batch?: BatchPrice | null;
}

/** The amounts for requests with more prompt tokens than `abovePromptTokens`; one that is left out is as for shorter prompts. */
export interface TokenPriceTier {
  abovePromptTokens: number;
  inputUsdPerMillion?: number;
  outputUsdPerMillion?: number;
  cachedInputUsdPerMillion?: number;
}

type Amounts = Pick<TokenPrice, "inputUsdPerMillion" | "outputUsdPerMillion" | "cachedInputUsdPerMillion">;

/** Highest tier first; what a tier leaves out is as in the one below it: a longer prompt is above that bound, too. */
export function tierAmounts(price: TokenPrice): (Amounts & {above: number})[] {
  let below: Amounts = price;
  return [...(price.tiers ?? [])]
    .sort((a, b) => a.abovePromptTokens - b.abovePromptTokens)
    .map(({abovePromptTokens: above, ...tier}) => {
      below = {
        inputUsdPerMillion: tier.inputUsdPerMillion ?? below.inputUsdPerMillion,
        outputUsdPerMillion: tier.outputUsdPerMillion ?? below.outputUsdPerMillion,
        cachedInputUsdPerMillion: tier.cachedInputUsdPerMillion ?? below.cachedInputUsdPerMillion
      };
      return {above, ...below};
    })
    .reverse();
}

/** Tokens of one completion; cached prompt tokens are counted inside `promptTokens` (OpenAI's convention). */
export interface TokenCounts {
  promptTokens: number;
  completionTokens: number;
  cachedTokens?: number;
  /** How they were counted where it was not the server that did: an estimate. */
  estimatedBy?: string;
}

/** Tokens of all answers that one model of a cascade gave to a request. */
export interface StageTokens extends TokenCounts {
  /** How many answers; absent in answers of before it was noted, which count as one. */
  calls?: number;
}

/**
 * US dollars of one completion; undefined when either the usage or the price is unknown. Cached prompt tokens
 * cost the input price when no cached price is given. A prompt above a tier of the price is billed by the tier as a whole.
 */
export function completionCost(
  usage: TokenCounts | undefined,
  price: TokenPrice | undefined
): number | undefined {
  if (!usage || !price) return undefined;
  return amountsCost(usage, tierAmounts(price).find(({above}) => usage.promptTokens > above) ?? price);
}

/** US dollars of tokens at one tier's amounts. */
export function amountsCost(
  {promptTokens, completionTokens, cachedTokens = 0}: TokenCounts,
  {inputUsdPerMillion, outputUsdPerMillion, cachedInputUsdPerMillion = inputUsdPerMillion}: Amounts
): number {
  const cached = Math.min(cachedTokens, promptTokens);
  return (
    ((promptTokens - cached) * inputUsdPerMillion +
      cached * cachedInputUsdPerMillion +
      completionTokens * outputUsdPerMillion) /
    1e6
  );
}

/**
 * US dollars of several completions from the tokens of all of them together; 0 of none. Which tier of the price they are
 * billed by is not known of each: that of a request of mean length is taken.
 */
export function completionsCost(
  requests: number,
  {promptTokens, completionTokens, cachedTokens = 0}: TokenCounts,
  price: TokenPrice | undefined
): number | undefined {
  if (!price || requests === 0) return price && 0;
  const mean = {
    promptTokens: promptTokens / requests,
    completionTokens: completionTokens / requests,
    cachedTokens: cachedTokens / requests
  };
  return requests * completionCost(mean, price)!;
}

/** The most that a completion of up to so many tokens costs: a longer prompt may be in a cheaper tier than a shorter one. */
export function highestCost(
  price: TokenPrice,
  {promptTokens, completionTokens}: Pick<TokenCounts, "promptTokens" | "completionTokens">
): number {
  const ends = (price.tiers ?? []).map(({abovePromptTokens}) => Math.min(abovePromptTokens, promptTokens));
  return Math.max(
    ...[promptTokens, ...ends].map((prompt) =>
      completionCost({promptTokens: prompt, completionTokens}, price)!
    )
  );
}

/** SQL for the tokens of one completion. */
export interface TokenColumnNames {
  prompt: string;
  completion: string;
  cached: string;
  /** Of how many requests they are, the tier being that of one of mean length; one when absent. */
  calls?: string;
}

const COMPLETION_COLUMNS: TokenColumnNames = {
  prompt: "prompt_tokens",
  completion: "completion_tokens",
  cached: "cached_tokens"
};

/** The same in SQL, over the columns of a run's completions unless others are named: null where the tokens are unknown. */
export function completionCostSql(
  price: TokenPrice,
  {prompt, completion, cached, calls}: TokenColumnNames = COMPLETION_COLUMNS
): string {
  const fromCache = `least(coalesce(${cached}, 0), ${prompt})`;
  const sum = ({
    inputUsdPerMillion: input,
    outputUsdPerMillion: output,
    cachedInputUsdPerMillion: cachedInput = input
  }: Amounts) =>
    `((${prompt} - ${fromCache}) * ${input}::double + ${fromCache} * ${cachedInput}::double + ${completion} * ${output}::double) / 1e6`;
  const times = calls === undefined ? "" : ` * ${calls}`;
  const tiers = tierAmounts(price).map((tier) => `when ${prompt} > ${tier.above}${times} then ${sum(tier)}`);
  return tiers.length === 0 ? sum(price) : `(case ${tiers.join(" ")} else ${sum(price)} end)`;
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
    const at = (place: number, absent = 0) =>
      `coalesce(json_extract_string(stage_tokens, '$[${stage}][${place}]')::double, ${absent})`;
    const [prompt, completion, cached, calls] = [at(0), at(1), at(2), at(3, 1)];
    return price
      ? completionCostSql(price, {prompt, completion, cached, calls})
      : `case when ${prompt} + ${completion} = 0 then 0 end`;
  });
  return `case when stage_tokens is not null then ${each.join(" + ")} end`;
}
