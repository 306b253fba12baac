import type {BatchPrice, TokenPrice} from "../completionCost.js";
import type {PriceRow} from "./priceRow.js";
import {type AskedAt, priceAt} from "./rowsAt.js";

/** A price older than this is marked. */
export const OLD_PRICE_DAYS = 90;
const DAY_MS = 86_400_000;

/** Whole days from the day a price was read to `at`; negative when it was read later. */
export function daysOld(asOf: string, at: string): number {
  return Math.floor((Date.parse(at.slice(0, 10)) - Date.parse(asOf)) / DAY_MS);
}

export function isOldPrice(asOf: string, at: string): boolean {
  return daysOld(asOf, at) > OLD_PRICE_DAYS;
}

/** In US dollars; undefined when input or output is not known, or the currency cannot be converted. */
export function tokenPrice(row: PriceRow): TokenPrice | undefined {
  const rate = usdRate(row);
  const {inputPerMillion, outputPerMillion, cachedInputPerMillion, tiers} = row;
  if (rate === undefined || inputPerMillion === undefined || outputPerMillion === undefined) return undefined;
  const dollars = (amount: number | undefined) =>
    amount === undefined ? undefined : converted(amount, rate);
  return {
    inputUsdPerMillion: converted(inputPerMillion, rate),
    outputUsdPerMillion: converted(outputPerMillion, rate),
    cachedInputUsdPerMillion: dollars(cachedInputPerMillion),
    tiers: tiers?.map((tier) => ({
      abovePromptTokens: tier.abovePromptTokens,
      inputUsdPerMillion: dollars(tier.inputPerMillion),
      outputUsdPerMillion: dollars(tier.outputPerMillion),
      cachedInputUsdPerMillion: dollars(tier.cachedInputPerMillion)
    })),
    asOf: row.asOf,
    source: row.source
  };
}

/** US dollars for a million training tokens of a model by the newest row that states them, read until `at`. */
export function trainingPrice(
  rows: readonly PriceRow[],
  model: string,
  at: string,
  asked: AskedAt = {}
): number | undefined {
  const stated = rows.filter((row) => row.trainingPerMillion !== undefined && usdRate(row) !== undefined);
  const row = priceAt(stated, model, at, asked);
  return row && converted(row.trainingPerMillion!, usdRate(row)!);
}

/** What a batch costs by a row; undefined when it has no such amounts, or the currency cannot be converted. */
export function batchPrice(row: PriceRow): BatchPrice | undefined {
  const rate = usdRate(row);
  const {batchInputPerMillion: input, batchOutputPerMillion: output} = row;
  if (rate === undefined || input === undefined || output === undefined) return undefined;
  return {inputUsdPerMillion: converted(input, rate), outputUsdPerMillion: converted(output, rate)};
}

/** What a batch costs as a share of a normal request with these tokens; undefined when that costs nothing. */
export function batchShareOf(
  batch: BatchPrice,
  price: Pick<TokenPrice, "inputUsdPerMillion" | "outputUsdPerMillion">,
  {promptTokens, completionTokens}: {promptTokens: number; completionTokens: number}
): number | undefined {
  const costOf = ({inputUsdPerMillion, outputUsdPerMillion}: BatchPrice) =>
    promptTokens * inputUsdPerMillion + completionTokens * outputUsdPerMillion;
  const normal = costOf(price);
  return normal === 0 ? undefined : costOf(batch) / normal;
}

/** Rounded to twelve digits: 3 · 1.1 is not 3.3 in binary. */
function converted(amount: number, rate: number): number {
  return Number((amount * rate).toPrecision(12));
}

function usdRate({currency = "USD", usdPerUnit}: PriceRow): number | undefined {
  return currency === "USD" ? 1 : usdPerUnit;
}
