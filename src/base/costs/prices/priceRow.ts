/** What a model costs from a day on, with the page where it was read. An amount that is left out is unknown, never 0. */
export interface PriceRow {
  model: string;
  provider?: string;
  /** The day the amounts were read, as YYYY-MM-DD. */
  asOf: string;
  source: string;
  /** Of all amounts; "USD" when absent. Another one needs `usdPerUnit`, what one unit of it was worth on that day, above 0. */
  currency?: string;
  usdPerUnit?: number;
  /** For a million tokens. */
  inputPerMillion?: number;
  cachedInputPerMillion?: number;
  /** Listed only: costs count tokens that a cache takes in at the price of input. */
  cacheWritePerMillion?: number;
  outputPerMillion?: number;
  batchInputPerMillion?: number;
  batchOutputPerMillion?: number;
  trainingPerMillion?: number;
  /** For an hour of hosting the model, such as a deployed fine-tune. Listed only: costs take `usdPerHour` of a hosting. */
  hostingPerHour?: number;
  /** Other amounts for requests with long prompts. */
  tiers?: PriceTier[];
  /** The day from which the provider does not serve it. */
  shutdownDate?: string;
}

export interface PriceTier {
  /** The tier is for requests with more prompt tokens than this. */
  abovePromptTokens: number;
  inputPerMillion?: number;
  cachedInputPerMillion?: number;
  outputPerMillion?: number;
}

/** A file of the project's `prices/`. */
export interface PriceFile {
  kind: "prices";
  prices: PriceRow[];
}
