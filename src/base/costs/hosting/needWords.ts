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
