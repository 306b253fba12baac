export {completionCost, type TokenCounts, type TokenPrice} from "./completionCost.js";
export {HOURS_PER_MONTH, hourlyCostUsd, SECONDS_PER_MONTH} from "./units.js";
export * from "./hosting/index.js";
export * from "./prices/index.js";
export {type FrontierPoint, frontierShares, onFrontier} from "./frontier.js";
export {type CostSample, resampledTokens} from "./sample.js";
export {
  type CheapestChoice,
  cheapestChoice,
  type CostedOption,
  costOption,
  type CostSettings,
  costTable
} from "./costTable.js";
export {breakEvens, HIGHEST_VOLUME, type OptionBreakEven} from "./breakEvens.js";
export {adjusted, type CostAdjustment} from "./adjust.js";
export * from "./cascade/index.js";
