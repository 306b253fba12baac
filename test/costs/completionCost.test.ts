import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {completionCost, completionCostSql} from "../../src/costs/index.js";
import {openDatabase} from "../../src/store/index.js";

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

  it("says the same in SQL, whatever the tokens and the price", async () => {
    const tokens = fc.option(fc.integer({min: 0, max: 100_000}), {nil: undefined});
    const usd = fc.double({min: 0, max: 1000, noNaN: true});
    const cases = fc.sample(
      fc.record({
        promptTokens: tokens,
        completionTokens: tokens,
        cachedTokens: tokens,
        price: fc.record({
          inputUsdPerMillion: usd,
          outputUsdPerMillion: usd,
          cachedInputUsdPerMillion: fc.option(usd, {nil: undefined})
        })
      }),
      {numRuns: 200, seed: 1}
    );
    const db = await openDatabase();
    try {
      for (const {promptTokens, completionTokens, cachedTokens, price: stated} of cases) {
        const all = {...stated, asOf: "2026-11-01", source: "price list"};
        const usage =
          promptTokens === undefined || completionTokens === undefined
            ? undefined
            : {promptTokens, completionTokens, cachedTokens};
        const found = await db.row<{usd: number | null}>(
          `select ${completionCostSql(all)} as usd from (select ${promptTokens ?? "null"}::bigint as prompt_tokens,
             ${completionTokens ?? "null"}::bigint as completion_tokens, ${cachedTokens ?? "null"}::bigint as cached_tokens)`
        );
        const expected = completionCost(usage, all);
        if (expected === undefined) expect(found!.usd).toBeNull();
        else expect(found!.usd).toBeCloseTo(expected, 9);
      }
    } finally {
      db.close();
    }
  });
});
