import {memberOf} from "../../validation/memberOf.js";

const WORDS: Readonly<Record<string, string>> = {
  price: "price of tokens",
  promptTokens: "prompt tokens",
  completionTokens: "completion tokens",
  batchPriceShare: "price of a batch at the time of the run",
  deviceUsd: "price of a device",
  lifeYears: "years of use",
  watts: "watts",
  usdPerKwh: "price of a kWh",
  serverUsd: "price of a server",
  pue: "PUE",
  spaceUsdPerMonth: "price of space",
  staffUsdPerMonth: "price of staff",
  usdPerHour: "price of an hour",
  reservedUsdPerHour: "price of a reserved hour",
  requestsPerSecond: "requests a second",
  promptTokensPerSecond: "prompt tokens a second",
  completionTokensPerSecond: "completion tokens a second",
  wayThere: "cost of the way there"
};

/** What a cost lacks, in words: "price of a device" of deviceUsd. */
export function needWords(name: string): string {
  return memberOf(WORDS, name) ?? name;
}

const OF_PRICES = ["price", "batchPriceShare"];
const OF_ANSWERS = ["promptTokens", "completionTokens"];

/**
 * Where to state what costs lack, a sentence each place; none for tokens, which answers bring.
 * @param evalName the eval that runs again with what is stated; absent of answers from other tools
 */
export function needAdvice(names: readonly string[], evalName?: string): string[] {
  const advice: string[] = [];
  if (names.some((name) => OF_PRICES.includes(name)))
    advice.push("Put prices of tokens into prices/: `assay prices import FILE`.");
  if (evalName !== undefined && names.some((name) => ![...OF_PRICES, ...OF_ANSWERS].includes(name)))
    advice.push(
      `State what is missing as \`hosting\` of the candidate or its endpoint, then \`assay run ${evalName}\`: stored answers are used again.`
    );
  return advice;
}
