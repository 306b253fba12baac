/**
 * What answers cost: prices of tokens, bills of runs, hosting, cascades and break-even volumes.
 * In: token counts, price rows and hosting assumptions. Out: US dollars, and the assumptions that are missing.
 * It uses no Node APIs; `prices/priceSchema.ts` checks price files and is not loaded by pages.
 */
export {
  type BatchPrice,
  cascadeCostSql,
  completionCost,
  completionCostSql,
  completionsCost,
  highestCost,
  type RecordedPrice,
  type StageTokens,
  toldCostSql,
  type TokenCounts,
  type TokenPrice,
  type TokenPriceTier
} from "./completionCost.js";
export {amountText, runBill} from "./billText.js";
export {samePrice} from "./prices/billedPrice.js";
export {
  failedSideText,
  sideBill,
  sideBillText,
  type SideModel,
  type SideModelBill,
  sideModelBill,
  sideModelText,
  type SideRecord
} from "./sideBill.js";
export {hourlyCostUsd} from "./units.js";
export * from "./hosting/index.js";
export * from "./prices/index.js";
export {frontierShares, onFrontier} from "./frontier.js";
export {comparedQuality, type CostSample, failedRowsText, isBilled, sharedRowsText} from "./sample.js";
export {
  cheapestChoice,
  type CostedOption,
  costOption,
  type CostSettings,
  costTable,
  DEFAULT_VOLUME,
  optionLeaves
} from "./costTable.js";
export {choiceText, optionName} from "./choiceText.js";
export {breakEvens, type OptionBreakEven} from "./breakEvens.js";
export {adjusted, type CostAdjustment} from "./adjust.js";
export * from "./cascade/index.js";
