import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {
  adjusted,
  breakEvens,
  type CostSample,
  cheapestChoice,
  costTable,
  frontierShares,
  onFrontier
} from "../../../src/base/costs/index.js";

const number = fc.integer({min: 0, max: 8});
const points = fc.array(
  fc.record({cost: fc.option(number, {nil: undefined}), quality: fc.option(number, {nil: undefined})})
);

describe("onFrontier", () => {
  it("is Pareto's definition, point by point", () => {
    fc.assert(
      fc.property(points, (all) => {
        const on = onFrontier(all);
        all.forEach(({cost, quality}, i) => {
          const known = cost !== undefined && quality !== undefined;
          const beaten = all.some(
            (other) =>
              other.cost !== undefined &&
              other.quality !== undefined &&
              known &&
              other.cost <= cost &&
              other.quality >= quality &&
              (other.cost < cost || other.quality > quality)
          );
          expect(on[i]).toBe(known && !beaten);
        });
      })
    );
  });

  it("the share of resamples counts those a point is on the frontier in", () => {
    const cheap = {cost: 1, quality: 0.5};
    expect(
      frontierShares([
        [cheap, {cost: 2, quality: 0.6}],
        [cheap, {cost: 2, quality: 0.4}]
      ])
    ).toEqual([1, 0.5]);
    expect(frontierShares([])).toEqual([]);
  });
});

const price = {inputUsdPerMillion: 1, outputUsdPerMillion: 0, asOf: "2026-11-01", source: "made up"};
const sample = (
  name: string,
  mean: number,
  promptTokens: number,
  more: Partial<CostSample> = {}
): CostSample => ({
  name,
  quality: {mean},
  best: false,
  tokens: {promptTokens, completionTokens: 1},
  rows: 10,
  countedRows: 10,
  resamples: {quality: [], promptTokens: [], cachedTokens: [], completionTokens: []},
  hostings: [{kind: "api", price}],
  ...more
});

describe("cheapestChoice", () => {
  const best = sample("best", 0.9, 1000, {best: true});
  const settings = {requestsPerMonth: 1000};

  it("is the cheapest candidate that is shown to be no worse, Holm-adjusted", () => {
    const table = costTable(
      [
        best,
        sample("worse", 0.5, 10, {nonInferiorP: 0.9}),
        sample("equal", 0.89, 100, {nonInferiorP: 0.001})
      ],
      settings
    );
    expect(cheapestChoice(table)).toMatchObject({
      option: {sample: {name: "equal"}, usdPerMonth: expect.closeTo(0.1, 9) as number},
      adjustedP: 0.002
    });
  });

  it("is the best itself when nobody cheaper is shown to be as good, and unknown when the best's cost is", () => {
    const table = costTable([best, sample("unsure", 0.89, 100, {nonInferiorP: 0.2})], settings);
    expect(cheapestChoice(table)?.option.sample.name).toBe("best");
    const unknown = costTable(
      [{...best, hostings: []}, sample("equal", 0.89, 100, {nonInferiorP: 0.001})],
      settings
    );
    expect(cheapestChoice(unknown)).toBeUndefined();
    expect(unknown[0]).toMatchObject({onFrontier: false, unknown: ["price"]});
  });

  it("a way there that is not known makes the cost unknown", () => {
    const [option] = costTable([{...best, wayThere: {kind: "fine-tune"}}], settings);
    expect(option!.usdPerMonth).toBeUndefined();
    expect(option!.unknown).toEqual(["wayThere"]);
  });
});

it("has neither interval nor probability of the frontier where no resample tells of a candidate", () => {
  const settings = {requestsPerMonth: 1e6};
  const hostings: CostSample["hostings"] = [
    {kind: "api", price},
    {kind: "cloud", usdPerHour: 1, requestsPerSecond: 1}
  ];
  const of = (one: number | null) => ({
    ...{quality: [one, one], promptTokens: [one, one]},
    ...{cachedTokens: [one, one], completionTokens: [one, one]}
  });
  const few = sample("few", 0.9, 1000, {hostings, resamples: of(null)});
  const many = sample("many", 0.8, 500, {resamples: of(1)});
  const table = costTable([few, many], settings);
  expect(table.map(({low, frontierShare}) => [low !== undefined, frontierShare])).toEqual([
    [false, undefined],
    // A machine whose throughput is stated costs the same whatever the rows.
    [true, undefined],
    [true, 1]
  ]);
  const {found} = breakEvens(table, settings)[0]!;
  expect([found!.low, found!.high, found!.share]).toEqual([undefined, undefined, undefined]);
});

describe("breakEvens", () => {
  it("finds the same volume from a present one that a hosting cannot serve", () => {
    const one = sample("one", 0.9, 1000, {
      // Thirty requests a minute are 1,314,000 a month.
      hostings: [
        {kind: "api", price: {...price, inputUsdPerMillion: 4}, requestsPerMinute: 30},
        {kind: "cloud", usdPerHour: 2, requestsPerSecond: 1},
        {kind: "cloud", usdPerHour: 2}
      ]
    });
    for (const requestsPerMonth of [1e6, 2e6]) {
      const settings = {requestsPerMonth};
      const all = breakEvens(costTable([one], settings), settings);
      expect(all.map(({a, b, found}) => [a.hosting!.kind, b.hosting!.kind, found!.requestsPerMonth])).toEqual(
        [["api", "cloud", expect.closeTo(365_000, 0)]]
      );
    }
  });
});

describe("adjusted", () => {
  it("multiplies what was billed as it does prices, in the resamples too", () => {
    const billed = sample("cascade", 0.5, 1000, {
      tokens: {promptTokens: 1000, completionTokens: 1, billedUsd: 0.002},
      hostings: [{kind: "api"}]
    });
    billed.resamples = {
      ...billed.resamples,
      quality: [0.5, 0.5],
      promptTokens: [1000, 1000],
      cachedTokens: [0, 0],
      completionTokens: [1, 1],
      billedUsd: [0.002, null]
    };
    const [option] = costTable(adjusted([billed], {tokenPriceFactor: 4}), {requestsPerMonth: 1000});
    expect([option!.usdPerThousand, option!.low, option!.high]).toEqual([8, 8, 8]);
    expect(adjusted([billed], {})[0]!.tokens).toEqual(billed.tokens);
  });
});
