import {costLine} from "./costLine.js";
import {isUnknown} from "./needs.js";
import type {CostHosting, CostLine, RequestTokens} from "./types.js";

/** What a hosting costs at a volume. Amounts that cannot be known are absent. */
export interface MonthlyCost {
  /** Absent when an assumption is missing or the volume is above what the hosting can serve. */
  usdPerMonth?: number;
  usdPerRequest?: number;
  /** Prompt and completion tokens together; absent when their number is not known. */
  usdPerMillionTokens?: number;
  /** Devices, servers or replicas; absent for an API. */
  units?: number;
  /** The most requests a month that it can serve with `units`; absent when nothing bounds it. */
  capacityPerMonth?: number;
  /** Assumptions that are missing. */
  unknown: string[];
  /** True when the volume is more than the hosting can serve however many units are allowed. */
  aboveCapacity: boolean;
}

/** Machines needed for `requests` a month; undefined when more are needed than allowed. 0 requests need `minUnits`. */
export function unitsAt(line: CostLine, requests: number): number | undefined {
  const needed = Math.max(line.minUnits, Math.ceil(requests / line.requestsPerUnitMonth - 1e-9));
  return needed > line.maxUnits ? undefined : needed;
}

/** US dollars a month at `requests` a month; undefined above what the hosting can serve. Never falls as `requests` grows. */
export function monthlyUsd(line: CostLine, requests: number): number | undefined {
  const units = unitsAt(line, requests);
  if (units === undefined) return undefined;
  const onDemand = Math.max(0, units - line.reservedUnits);
  return (
    line.baseUsdPerMonth +
    onDemand * line.usdPerUnitMonth +
    line.reservedUnits * line.reservedUsdPerUnitMonth +
    requests * line.usdPerRequest
  );
}

export function monthlyCost(hosting: CostHosting, tokens: RequestTokens, requests: number): MonthlyCost {
  const line = costLine(hosting, tokens);
  if (isUnknown(line)) return {unknown: line.unknown, aboveCapacity: false};
  const units = unitsAt(line, requests);
  const usdPerMonth = monthlyUsd(line, requests);
  const each = usdPerMonth === undefined || requests === 0 ? undefined : usdPerMonth / requests;
  const capacity = line.requestsPerUnitMonth * (units ?? line.maxUnits);
  return {
    usdPerMonth,
    usdPerRequest: each,
    usdPerMillionTokens: perMillionTokens(each, tokens),
    units: hosting.kind === "api" || hosting.kind === "unknown" ? undefined : units,
    capacityPerMonth: Number.isFinite(capacity) ? capacity : undefined,
    unknown: [],
    aboveCapacity: units === undefined
  };
}

/** What a request costs, for a million tokens of its prompt and completion; undefined when their number is not known. */
export function perMillionTokens(
  usdPerRequest: number | undefined,
  {promptTokens, completionTokens}: RequestTokens
): number | undefined {
  if (usdPerRequest === undefined || promptTokens === undefined || completionTokens === undefined)
    return undefined;
  const tokens = promptTokens + completionTokens;
  return tokens === 0 ? undefined : (usdPerRequest / tokens) * 1e6;
}
