import {expect, it} from "vitest";
import {spaced, statedWords} from "../../../src/report/components/costs/statedWords.js";

it("assumptions are in words with their units, one of them in the singular", () => {
  const stated = Object.entries({
    requestsPerSecond: 1,
    lifeYears: 1,
    pue: 1.5,
    spaceUsdPerMonth: 100,
    staffUsdPerMonth: 2000
  }).map(([name, value]) => statedWords(name, value));
  expect(stated).toEqual([
    "1 request a second",
    "used for 1 year",
    "PUE 1.5",
    "$100.00 a month for space",
    "$2,000.00 a month for staff"
  ]);
  expect(statedWords("requestsPerSecond", 0.5)).toBe("0.5 requests a second");
});

it("assumptions that are missing are named in words", () => {
  expect(["deviceUsd", "lifeYears", "usdPerKwh", "promptTokens"].map(spaced)).toEqual([
    "price of a device",
    "years of use",
    "price of a kWh",
    "prompt tokens"
  ]);
});
