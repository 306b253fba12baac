export {completionCost, type TokenCounts, type TokenPrice} from "./completionCost.js";
export {HOURS_PER_MONTH, hourlyCostUsd, SECONDS_PER_MONTH} from "./units.js";
export * from "./hosting/index.js";
