import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {
  cascadeCostSql,
  completionCost,
  completionCostSql,
  completionsCost,
  highestCost
} from "../../../src/base/costs/index.js";
import {openDatabase} from "../../../src/base/store/index.js";

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

  const tiered = {
    ...price,
    tiers: [
      {abovePromptTokens: 100, inputUsdPerMillion: 4},
      {abovePromptTokens: 1000, inputUsdPerMillion: 5, outputUsdPerMillion: 12, cachedInputUsdPerMillion: 1}
    ]
  };

  it("bills a prompt above a tier as a whole at that tier, and at the lower price what the tier leaves out", () => {
    const usd = (promptTokens: number, cachedTokens = 0) =>
      1e6 * completionCost({promptTokens, completionTokens: 10, cachedTokens}, tiered)!;
    expect(usd(100)).toBeCloseTo(100 * 2 + 10 * 8, 9);
    expect(usd(101)).toBeCloseTo(101 * 4 + 10 * 8, 9);
    expect(usd(1000, 500)).toBeCloseTo(1000 * 4 + 10 * 8, 9);
    expect(usd(1001, 1)).toBeCloseTo(1000 * 5 + 1 + 10 * 12, 9);
  });

  it("bills what an upper tier leaves out as the tier below it", () => {
    const usd = (abovePromptTokens: number) =>
      1e6 *
      completionCost(
        {promptTokens: abovePromptTokens + 1, completionTokens: 10},
        {
          ...price,
          tiers: [
            {abovePromptTokens: 1000, inputUsdPerMillion: 5},
            {abovePromptTokens: 100, outputUsdPerMillion: 12}
          ]
        }
      )!;
    const {inputUsdPerMillion: input} = price;
    expect(usd(100)).toBeCloseTo(101 * input + 10 * 12, 9);
    expect(usd(1000)).toBeCloseTo(1001 * 5 + 10 * 12, 9);
  });

  it("of several is by the tier of a request of mean length, and of none 0", () => {
    expect(completionsCost(10, {promptTokens: 1000, completionTokens: 100}, tiered)).toBeCloseTo(
      10 * completionCost({promptTokens: 100, completionTokens: 10}, tiered)!,
      12
    );
    expect(completionsCost(5, {promptTokens: 1000, completionTokens: 100}, tiered)).toBeCloseTo(
      5 * completionCost({promptTokens: 200, completionTokens: 20}, tiered)!,
      12
    );
    expect(completionsCost(0, {promptTokens: 0, completionTokens: 0}, tiered)).toBe(0);
    expect(completionsCost(1, {promptTokens: 1, completionTokens: 1}, undefined)).toBeUndefined();
  });

  it("is at most the highest cost of so many tokens, also where longer prompts are cheaper", () => {
    const usd = fc.double({min: 0, max: 100, noNaN: true});
    const tier = fc.record({
      abovePromptTokens: fc.integer({min: 1, max: 200}),
      inputUsdPerMillion: fc.option(usd, {nil: undefined}),
      outputUsdPerMillion: fc.option(usd, {nil: undefined})
    });
    fc.assert(
      fc.property(
        fc.array(tier, {maxLength: 3}),
        fc.integer({min: 0, max: 300}),
        fc.integer({min: 0, max: 300}),
        (tiers, most, fewer) => {
          const own = {...price, tiers};
          const highest = highestCost(own, {promptTokens: most, completionTokens: 7});
          const cost = completionCost({promptTokens: Math.min(fewer, most), completionTokens: 7}, own)!;
          expect(cost).toBeLessThanOrEqual(highest * (1 + 1e-12));
        }
      )
    );
    expect(highestCost(tiered, {promptTokens: 101, completionTokens: 0})).toBeCloseTo(404e-6, 12);
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
          cachedInputUsdPerMillion: fc.option(usd, {nil: undefined}),
          tiers: fc.option(
            fc.array(
              fc.record({
                abovePromptTokens: fc.integer({min: 1, max: 100_000}),
                inputUsdPerMillion: fc.option(usd, {nil: undefined}),
                outputUsdPerMillion: fc.option(usd, {nil: undefined}),
                cachedInputUsdPerMillion: fc.option(usd, {nil: undefined})
              }),
              {maxLength: 3}
            ),
            {nil: undefined}
          )
        })
      }),
      {numRuns: 200}
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

  it("of a cascade is the sum over its stages, in SQL, and unknown when a stage that took tokens has no price", async () => {
    const price = (usd: number) => ({
      inputUsdPerMillion: usd,
      outputUsdPerMillion: 4 * usd,
      cachedInputUsdPerMillion: usd / 2,
      asOf: "2026-11-01",
      source: "price list"
    });
    const db = await openDatabase();
    const usd = async (tokens: number[][] | null, ...prices: (ReturnType<typeof price> | undefined)[]) =>
      (await db.row<{usd: number | null}>(
        `select ${cascadeCostSql(prices)} as usd from (select $tokens::varchar as stage_tokens)`,
        {tokens: tokens && JSON.stringify(tokens)}
      ))!.usd;
    try {
      const first = completionCost({promptTokens: 100, completionTokens: 7, cachedTokens: 40}, price(1))!;
      const second = completionCost({promptTokens: 90, completionTokens: 5}, price(20))!;
      expect(await usd([[100, 7, 40]], price(1), price(20))).toBeCloseTo(first, 12);
      // Of three answers: each has the tier of its own prompt.
      const tiered = {...price(1), tiers: [{abovePromptTokens: 250, inputUsdPerMillion: 100}]};
      expect(await usd([[300, 21, 120, 3]], tiered)).toBeCloseTo(3 * first, 12);
      expect(await usd([[903, 21, 0, 3]], tiered)).toBeCloseTo((903 * 100 + 21 * 4) / 1e6, 12);
      // Their number was not noted.
      expect(await usd([[300, 21, 0]], tiered)).toBeCloseTo((300 * 100 + 21 * 4) / 1e6, 12);
      expect(
        await usd(
          [
            [100, 7, 40],
            [90, 5, 0]
          ],
          price(1),
          price(20)
        )
      ).toBeCloseTo(first + second, 12);
      expect(await usd([[100, 7, 40]], price(1), undefined)).toBeCloseTo(first, 12);
      expect(await usd([[100, 7, 40]], undefined, price(20))).toBeNull();
      expect(await usd(null, price(1), price(20))).toBeNull();
    } finally {
      db.close();
    }
  });
});
