export {
  type ApiHosting,
  type CloudHosting,
  type CostHosting,
  type CostLine,
  type EdgeHosting,
  type HostingModel,
  type OnPremHosting,
  type RequestTokens,
  type Throughput,
  type UnknownCost,
  type HostingKind,
  hostingKind,
  hostingModels,
  type StatedHosting
} from "./types.js";
export {costLine} from "./costLine.js";
export {isUnknown} from "./needs.js";
export {monthlyCost, type MonthlyCost, monthlyUsd, perMillionTokens, unitsAt} from "./monthly.js";
export {type Crossing, crossings} from "./crossings.js";
export {breakEven, type BreakEven, type CostOption, optionLine} from "./breakEven.js";
export {type NamedHosting, whatLeaves, whatModelsLeave} from "./hostingText.js";
export {
  failingText,
  isCapacity,
  type LatencyQuantiles,
  type LoadLevel,
  type MeasuredThroughput,
  measuredThroughput,
  p95Of
} from "./measured.js";
export {withWay, type WayCost, wayCost, type WayThere} from "./wayThere.js";
export {needAdvice, needWords} from "./needWords.js";
export {HOSTING_NAMES, hostingName} from "./hostingText.js";
