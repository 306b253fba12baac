import {HOURS_PER_MONTH, MONTHS_PER_YEAR} from "../units.js";
import {apiLine, billedLine} from "./apiLine.js";
import {MissingAmounts} from "./needs.js";
import {secondsPerRequest} from "./throughput.js";
import type {
  CloudHosting,
  CostHosting,
  CostLine,
  EdgeHosting,
  OnPremHosting,
  RequestTokens,
  UnknownCost
} from "./types.js";

/**
 * The monthly cost of a hosting as a function of volume, or what is missing to know it. `tokens` are the means of a request.
 * Formulas: docs/costs.md.
 */
export function costLine(hosting: CostHosting, tokens: RequestTokens): CostLine | UnknownCost {
  switch (hosting.kind) {
    case "api":
      return apiLine(hosting, tokens);
    case "edge":
      return edgeLine(hosting, tokens);
    case "on-prem":
      return onPremLine(hosting, tokens);
    case "cloud":
      return cloudLine(hosting, tokens);
    case "unknown":
      return tokens.billedUsd === undefined ? {unknown: ["price"]} : billedLine(tokens.billedUsd);
  }
}

function edgeLine(hosting: EdgeHosting, tokens: RequestTokens): CostLine | UnknownCost {
  const needs = new MissingAmounts();
  const deviceUsd = needs.amount("deviceUsd", hosting.deviceUsd);
  const lifeYears = needs.above0("lifeYears", hosting.lifeYears);
  const watts = needs.amount("watts", hosting.watts);
  const usdPerKwh = needs.amount("usdPerKwh", hosting.usdPerKwh);
  const seconds = secondsPerRequest(hosting, tokens, needs);
  const idleWatts = hosting.idleWatts ?? 0;
  const share = hosting.attributedShare ?? 1;
  return needs.answer(() => ({
    baseUsdPerMonth: 0,
    usdPerUnitMonth:
      share * (deviceUsd / (lifeYears * MONTHS_PER_YEAR) + (idleWatts / 1000) * HOURS_PER_MONTH * usdPerKwh),
    requestsPerUnitMonth: unitCapacity(seconds, HOURS_PER_MONTH, hosting.utilisation),
    minUnits:
      hosting.people !== undefined && hosting.peoplePerDevice !== undefined
        ? Math.max(1, Math.ceil(hosting.people / hosting.peoplePerDevice))
        : 1,
    maxUnits: Infinity,
    reservedUnits: 0,
    reservedUsdPerUnitMonth: 0,
    usdPerRequest: (Math.max(0, watts - idleWatts) / 1000) * (seconds / 3600) * usdPerKwh
  }));
}

function onPremLine(hosting: OnPremHosting, tokens: RequestTokens): CostLine | UnknownCost {
  const needs = new MissingAmounts();
  const serverUsd = needs.amount("serverUsd", hosting.serverUsd);
  const lifeYears = needs.above0("lifeYears", hosting.lifeYears);
  const watts = needs.amount("watts", hosting.watts);
  const pue = needs.amount("pue", hosting.pue);
  const usdPerKwh = needs.amount("usdPerKwh", hosting.usdPerKwh);
  const spaceUsd = needs.amount("spaceUsdPerMonth", hosting.spaceUsdPerMonth);
  const staffUsd = needs.amount("staffUsdPerMonth", hosting.staffUsdPerMonth);
  const seconds = secondsPerRequest(hosting, tokens, needs);
  return needs.answer(() => ({
    baseUsdPerMonth: staffUsd,
    usdPerUnitMonth:
      serverUsd / (lifeYears * MONTHS_PER_YEAR) +
      (watts / 1000) * pue * HOURS_PER_MONTH * usdPerKwh +
      spaceUsd,
    requestsPerUnitMonth: unitCapacity(seconds, HOURS_PER_MONTH, hosting.utilisation),
    minUnits: hosting.minServers ?? 1,
    maxUnits: hosting.maxServers ?? Infinity,
    reservedUnits: 0,
    reservedUsdPerUnitMonth: 0,
    usdPerRequest: 0
  }));
}

function cloudLine(hosting: CloudHosting, tokens: RequestTokens): CostLine | UnknownCost {
  const needs = new MissingAmounts();
  const reservedUnits = hosting.reservedReplicas ?? 0;
  const usdPerHour = needs.amount("usdPerHour", hosting.usdPerHour);
  const reservedUsdPerHour =
    reservedUnits > 0 ? needs.amount("reservedUsdPerHour", hosting.reservedUsdPerHour) : 0;
  const seconds = secondsPerRequest(hosting, tokens, needs);
  const hours = hosting.hoursPerMonth ?? HOURS_PER_MONTH;
  return needs.answer(() => ({
    baseUsdPerMonth: 0,
    usdPerUnitMonth: usdPerHour * hours,
    requestsPerUnitMonth: unitCapacity(seconds, hours, hosting.utilisation),
    minUnits: Math.max(hosting.minReplicas ?? 1, reservedUnits),
    maxUnits: hosting.maxReplicas ?? Infinity,
    reservedUnits,
    reservedUsdPerUnitMonth: reservedUsdPerHour * HOURS_PER_MONTH,
    usdPerRequest: 0
  }));
}

/** Infinity for requests that take no time. */
function unitCapacity(seconds: number, hours: number, utilisation = 1): number {
  return seconds === 0 ? Infinity : (hours * 3600 * utilisation) / seconds;
}
