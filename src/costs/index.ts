export {completionCost, type TokenCounts, type TokenPrice} from "./completionCost.js";
