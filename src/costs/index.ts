export {
  cascadeCostSql,
  completionCost,
  completionCostSql,
  completionsCost,
  highestCost,
  type StageTokens,
  toldCostSql,
  type TokenCounts,
  type TokenPrice,
  type TokenPriceTier
} from "./completionCost.js";
export {hourlyCostUsd} from "./units.js";
export * from "./hosting/index.js";
export * from "./prices/index.js";
export {frontierShares, onFrontier} from "./frontier.js";
export type {LongRequests} from "./meanCost.js";
export {type CostSample, failedRowsText, type ResampledLong} from "./sample.js";
export {cheapestChoice, type CostedOption, costOption, type CostSettings, costTable} from "./costTable.js";
export {breakEvens, type OptionBreakEven} from "./breakEvens.js";
export {optionLeaves} from "./optionLeaves.js";
export {adjusted, type CostAdjustment} from "./adjust.js";
export * from "./cascade/index.js";
