export type {PriceFile, PriceRow, PriceTier} from "./priceRow.js";
export {litellmPrices, type LitellmPrices} from "./litellm.js";
export {
  batchPrice,
  batchShareOf,
  daysOld,
  isOldPrice,
  OLD_PRICE_DAYS,
  tokenPrice,
  trainingPrice
} from "./priceAt.js";
export {type AskedAt, priceAt, rowsAt, rowsOf, spells, undecidedPrice} from "./rowsAt.js";
export {type Billed, isBilledByApi, listServes} from "./billedPrice.js";
export {dayOf, isDay} from "./day.js";
