import {describe, expect, it} from "vitest";
import {completionCost} from "../../src/costs/index.js";

const price = {inputUsdPerMillion: 2, outputUsdPerMillion: 8, asOf: "2026-11-01", source: "price list"};

describe("completionCost", () => {
  it("charges input and output tokens by the million", () => {
    expect(completionCost({promptTokens: 1_000_000, completionTokens: 500_000}, price)).toBe(6);
  });

  it("charges cached tokens their own price, and the input price when there is none", () => {
    const usage = {promptTokens: 1000, completionTokens: 0, cachedTokens: 400};
    expect(completionCost(usage, {...price, cachedInputUsdPerMillion: 0.5})).toBeCloseTo(
      (600 * 2 + 400 * 0.5) / 1e6,
      12
    );
    expect(completionCost(usage, price)).toBeCloseTo(0.002, 12);
  });

  it("never charges more cached tokens than there are prompt tokens", () => {
    expect(
      completionCost(
        {promptTokens: 10, completionTokens: 0, cachedTokens: 50},
        {...price, cachedInputUsdPerMillion: 1}
      )
    ).toBeCloseTo(1e-5, 12);
  });

  it("an unknown usage or price is an unknown cost, not a free one", () => {
    expect(completionCost(undefined, price)).toBeUndefined();
    expect(completionCost({promptTokens: 1, completionTokens: 1}, undefined)).toBeUndefined();
  });
});
