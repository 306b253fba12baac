import {meanCost} from "../meanCost.js";
import {SECONDS_PER_MONTH} from "../units.js";
import {MissingAmounts} from "./needs.js";
import type {ApiHosting, CostLine, RequestTokens, UnknownCost} from "./types.js";

/** Nothing is paid for what is not asked; the rate limits bound the volume. */
export function apiLine(hosting: ApiHosting, tokens: RequestTokens): CostLine | UnknownCost {
  const {price, batchShare = 0, utilisation = 1} = hosting;
  const needs = new MissingAmounts();
  const {billedUsd, billedBy} = tokens;
  const isBilled = billedBy?.includes(hosting.provider ?? "") ?? true;
  if (!price && billedUsd !== undefined && isBilled) return billedLine(billedUsd);
  if (!price) needs.amount("price", undefined);
  const promptTokens = needs.amount("promptTokens", tokens.promptTokens);
  const completionTokens = needs.amount("completionTokens", tokens.completionTokens);
  const batchPriceShare = batchShare > 0 ? needs.amount("batchPriceShare", hosting.batchPriceShare) : 1;
  const {cachedShare} = hosting;
  const cachedTokens = cachedShare === undefined ? tokens.cachedTokens : cachedShare * promptTokens;
  const long =
    cachedShare === undefined
      ? tokens.long
      : tokens.long?.map((one) => ({...one, cachedTokens: cachedShare * one.promptTokens}));
  const usd = meanCost({promptTokens, completionTokens, cachedTokens}, price, long);
  const perMinute = Math.min(
    hosting.requestsPerMinute ?? Infinity,
    (hosting.tokensPerMinute ?? Infinity) / (promptTokens + completionTokens)
  );
  return needs.answer(() => ({
    baseUsdPerMonth: 0,
    usdPerUnitMonth: 0,
    requestsPerUnitMonth: (perMinute / 60) * SECONDS_PER_MONTH * utilisation,
    minUnits: 1,
    maxUnits: 1,
    reservedUnits: 0,
    reservedUsdPerUnitMonth: 0,
    usdPerRequest: usd! * (1 - batchShare + batchShare * batchPriceShare)
  }));
}

/** What each request cost was told. */
export function billedLine(usdPerRequest: number): CostLine {
  return {
    baseUsdPerMonth: 0,
    usdPerUnitMonth: 0,
    requestsPerUnitMonth: Infinity,
    minUnits: 1,
    maxUnits: 1,
    reservedUnits: 0,
    reservedUsdPerUnitMonth: 0,
    usdPerRequest
  };
}
