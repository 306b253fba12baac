import {priceAt, type PriceRow, type TokenPrice, tokenPrice} from "../costs/index.js";

/** By which prices the calls of a run are priced. */
export interface PriceChoice {
  /** Dated prices; those of the run's own record go first unless `repriced`. */
  prices?: readonly PriceRow[];
  /** Prices of `prices` go before those in the run's record. */
  repriced?: boolean;
  /** The day to price for, as YYYY-MM-DD. */
  at: string;
}

/** The price that holds for a model, and the row of the list that it comes from. */
export interface AppliedPrice {
  price: TokenPrice;
  row?: PriceRow;
}

/**
 * The price of a candidate of a run, or of a stage of a cascade: what its record states, or the list's, whichever goes first.
 * Undefined when neither knows one.
 */
export function appliedPrice(
  {model, price: stated}: {model: string; price?: TokenPrice},
  {prices = [], repriced = false, at}: PriceChoice
): AppliedPrice | undefined {
  const row = priceAt(prices, model, at);
  const price = row && tokenPrice(row);
  const listed = price && {price, row};
  const own = stated && {price: stated};
  return repriced ? (listed ?? own) : (own ?? listed);
}
