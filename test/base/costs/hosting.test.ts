import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {
  breakEven,
  costLine,
  type CostLine,
  crossings,
  type HostingModel,
  hourlyCostUsd,
  isUnknown,
  monthlyCost,
  needWords,
  monthlyUsd,
  type RequestTokens,
  wayCost,
  whatLeaves,
  whatModelsLeave,
  withWay
} from "../../../src/base/costs/index.js";

const price = {inputUsdPerMillion: 2, outputUsdPerMillion: 8, asOf: "2026-11-01", source: "price list"};
const tokens = {promptTokens: 1000, completionTokens: 250};

const api: HostingModel = {kind: "api", price};
const edge: HostingModel = {
  kind: "edge",
  deviceUsd: 1200,
  lifeYears: 4,
  watts: 60,
  idleWatts: 5,
  usdPerKwh: 0.3,
  promptTokensPerSecond: 500,
  completionTokensPerSecond: 25
};
const onPrem: HostingModel = {
  kind: "on-prem",
  serverUsd: 36_000,
  lifeYears: 3,
  watts: 1000,
  pue: 1.5,
  usdPerKwh: 0.2,
  spaceUsdPerMonth: 100,
  staffUsdPerMonth: 2000,
  requestsPerSecond: 2,
  utilisation: 0.25
};
const cloud: HostingModel = {kind: "cloud", usdPerHour: 2, requestsPerSecond: 1, utilisation: 0.5};

describe("hosting models, worked by hand in docs/costs.md", () => {
  it("an API costs its tokens", () => {
    // 1,000 · $2 / 1e6 + 250 · $8 / 1e6 = $0.004
    expect(monthlyCost(api, tokens, 100_000)).toMatchObject({
      usdPerMonth: expect.closeTo(400, 9) as number,
      usdPerRequest: expect.closeTo(0.004, 12) as number,
      usdPerMillionTokens: expect.closeTo(3.2, 9) as number,
      aboveCapacity: false
    });
  });

  it("cached and batched shares are cheaper, and rate limits bound the volume", () => {
    const cheaper: HostingModel = {
      kind: "api",
      price: {...price, cachedInputUsdPerMillion: 0.5},
      cachedShare: 0.6,
      batchShare: 0.5,
      batchPriceShare: 0.5,
      requestsPerMinute: 60,
      utilisation: 0.5
    };
    // (400 · 2 + 600 · 0.5 + 250 · 8) / 1e6 = 0.0031; half of it at half price: · 0.75
    expect(monthlyCost(cheaper, tokens, 1000).usdPerRequest).toBeCloseTo(0.002325, 12);
    // one a second, half used: 730 · 3600 / 2
    expect(monthlyCost(cheaper, tokens, 1000).capacityPerMonth).toBeCloseTo(1_314_000, 6);
    expect(monthlyCost(cheaper, tokens, 1_400_000)).toMatchObject({
      usdPerMonth: undefined,
      aboveCapacity: true
    });
  });

  it("an edge device costs its life, its waiting and its work", () => {
    // 12 s a request; $25 + 0.005 kW · 730 h · $0.3 = $26.095; 0.055 kW · 12/3600 h · $0.3 = $0.000055
    expect(monthlyCost(edge, tokens, 100_000)).toMatchObject({
      usdPerMonth: expect.closeTo(26.095 + 5.5, 9) as number,
      units: 1,
      capacityPerMonth: expect.closeTo(219_000, 6) as number
    });
    expect(monthlyCost({...edge, people: 50, peoplePerDevice: 4}, tokens, 1).units).toBe(13);
  });

  it("a server in the own room costs hardware, power, space and staff", () => {
    // 36,000 / 36 + 1 kW · 1.5 · 730 · 0.2 + 100 = 1,319; staff 2,000; 2 · 2,628,000 · 0.25 = 1,314,000 requests a server
    expect(monthlyCost(onPrem, tokens, 1_000_000)).toMatchObject({
      usdPerMonth: expect.closeTo(3319, 9) as number,
      units: 1
    });
    expect(monthlyCost(onPrem, tokens, 2_000_000)).toMatchObject({
      usdPerMonth: expect.closeTo(4638, 9) as number,
      units: 2
    });
  });

  it("rented replicas cost their hours, busy or idle, and reserved ones all of the month", () => {
    expect(monthlyCost(cloud, tokens, 1_314_000)).toMatchObject({
      usdPerMonth: expect.closeTo(1460, 9) as number,
      units: 1
    });
    expect(monthlyCost(cloud, tokens, 1_314_001).units).toBe(2);
    const mixed: HostingModel = {...cloud, reservedReplicas: 1, reservedUsdPerHour: 1.2, hoursPerMonth: 365};
    // 1.2 · 730 + 2 · 365
    expect(monthlyCost(mixed, tokens, 1_000_000).usdPerMonth).toBeCloseTo(1606, 9);
  });

  it("the way there is paid first and again at each repeat", () => {
    const way = wayCost({
      kind: "fine-tune",
      trainedTokens: 3_000_000,
      trainingUsdPerMillion: 4,
      hours: 2,
      usdPerHour: 3,
      evalUsd: 6,
      repeatsPerYear: 4
    })!;
    expect(way).toEqual({firstUsd: 24, usdPerMonth: 8});
    const line = costLine(api, tokens) as CostLine;
    expect(monthlyUsd(withWay(line, way, 12), 0)).toBeCloseTo(10, 12);
    expect(wayCost({kind: "fine-tune", trainedTokens: 1000})).toBeUndefined();
    expect(wayCost({kind: "merge"})).toBeUndefined();
    expect(wayCost({kind: "nothing"})).toEqual({firstUsd: 0, usdPerMonth: 0});
  });

  it("the break-even of an API against a server is fixed cost over the cost of a request", () => {
    const found = breakEven(
      {hosting: api, tokens, resamples: []},
      {hosting: onPrem, tokens, resamples: []},
      {high: 1e7}
    )!;
    expect(found.requestsPerMonth).toBeCloseTo(3319 / 0.004, 1);
    expect(found.cheaperAbove).toBe("b");
  });

  it("the uncertainty of the token counts becomes that of the break-even", () => {
    const resamples = Array.from({length: 41}, (_, i) => ({
      promptTokens: 1000,
      completionTokens: 250 + (i - 20)
    }));
    const found = breakEven(
      {hosting: api, tokens, resamples},
      {hosting: onPrem, tokens, resamples},
      {high: 1e7}
    )!;
    const at = (completion: number) => 3319 / (0.002 + completion * 8e-6);
    expect(found.low).toBeCloseTo(at(269), 0);
    expect(found.high).toBeCloseTo(at(231), 0);
    expect(found.share).toBe(1);
  });

  it("says what leaves the building", () => {
    expect(whatLeaves({kind: "api", provider: "Example Inc."})).toContain("goes to Example Inc.");
    expect(whatLeaves({kind: "edge"})).toBe("Nothing leaves the device.");
    const provider = (name: string): HostingModel => ({kind: "api", provider: name});
    const models = (...hostings: HostingModel[]) => hostings.map((hosting, i) => ({name: `m${i}`, hosting}));
    expect(whatModelsLeave(models({kind: "edge"}, {kind: "on-prem"}))).toMatch(/^Nothing leaves the team's/);
    expect(whatModelsLeave(models(provider("a"), {kind: "edge"}, provider("b")))).toBe(
      "m0: every prompt and answer goes to a, who runs the model. m2: every prompt and answer goes to b, who runs the model."
    );
    expect(whatModelsLeave([])).toMatch(/not noted/);
  });
});

const amount = (max: number) => fc.double({min: 0, max, noNaN: true});
const positive = (max: number) => fc.double({min: 0.01, max, noNaN: true});
const anyTokens: fc.Arbitrary<RequestTokens> = fc.record({
  promptTokens: fc.integer({min: 1, max: 20_000}),
  completionTokens: fc.integer({min: 0, max: 4000})
});
const anyHosting: fc.Arbitrary<HostingModel> = fc.oneof(
  fc.record({
    kind: fc.constant("api" as const),
    price: fc.record({
      inputUsdPerMillion: amount(50),
      outputUsdPerMillion: amount(100),
      asOf: fc.constant("2026-11-01"),
      source: fc.constant("made up")
    }),
    batchShare: fc.double({min: 0, max: 1, noNaN: true}),
    batchPriceShare: fc.double({min: 0, max: 1, noNaN: true})
  }),
  fc.record({
    kind: fc.constant("edge" as const),
    deviceUsd: amount(5000),
    lifeYears: positive(8),
    watts: amount(500),
    idleWatts: amount(500),
    usdPerKwh: amount(1),
    promptTokensPerSecond: positive(5000),
    completionTokensPerSecond: positive(500)
  }),
  fc.record({
    kind: fc.constant("on-prem" as const),
    serverUsd: amount(300_000),
    lifeYears: positive(8),
    watts: amount(10_000),
    pue: fc.double({min: 1, max: 3, noNaN: true}),
    usdPerKwh: amount(1),
    spaceUsdPerMonth: amount(1000),
    staffUsdPerMonth: amount(20_000),
    requestsPerSecond: positive(100),
    utilisation: fc.double({min: 0.05, max: 1, noNaN: true})
  }),
  fc.record({
    kind: fc.constant("cloud" as const),
    usdPerHour: amount(50),
    requestsPerSecond: positive(100),
    reservedReplicas: fc.integer({min: 0, max: 3}),
    reservedUsdPerHour: amount(30),
    hoursPerMonth: fc.double({min: 1, max: 730, noNaN: true})
  })
);

describe("hosting costs, whatever the assumptions", () => {
  it("never fall as the volume grows", () => {
    fc.assert(
      fc.property(
        anyHosting,
        anyTokens,
        fc.integer({min: 0, max: 1e8}),
        fc.integer({min: 0, max: 1e8}),
        (hosting, each, one, other) => {
          const [less, more] = [Math.min(one, other), Math.max(one, other)];
          const low = monthlyCost(hosting, each, less).usdPerMonth!;
          const high = monthlyCost(hosting, each, more).usdPerMonth!;
          expect(high).toBeGreaterThanOrEqual(low - 1e-9 * Math.abs(low));
        }
      ),
      {numRuns: 300}
    );
  });

  it("cross where crossings says: the cheaper one changes there", () => {
    let crossed = 0;
    fc.assert(
      fc.property(anyHosting, anyHosting, anyTokens, (one, other, each) => {
        const [a, b] = [costLine(one, each) as CostLine, costLine(other, each) as CostLine];
        const gap = (at: number) => monthlyUsd(a, at)! - monthlyUsd(b, at)!;
        let before = 1;
        for (const {requestsPerMonth: at, cheaperAbove} of crossings(a, b, {high: 1e8})) {
          crossed++;
          expect(at).toBeGreaterThanOrEqual(before);
          const [under, over] = [gap(at * (1 - 1e-7)), gap(at * (1 + 1e-7))];
          expect(cheaperAbove === "b" ? over >= -1e-6 : over <= 1e-6).toBe(true);
          expect(cheaperAbove === "b" ? under <= 1e-6 : under >= -1e-6).toBe(true);
          before = at;
        }
      }),
      {numRuns: 800}
    );
    expect(crossed).toBeGreaterThan(20);
  });

  it("stay unknown when an assumption is: never 0, and every missing one is named", () => {
    fc.assert(
      fc.property(anyHosting, anyTokens, fc.nat(), (hosting, each, pick) => {
        const needed = {
          api: ["price"],
          edge: ["deviceUsd", "lifeYears", "watts", "usdPerKwh", "promptTokensPerSecond"],
          "on-prem": [
            "serverUsd",
            "lifeYears",
            "watts",
            "pue",
            "usdPerKwh",
            "spaceUsdPerMonth",
            "staffUsdPerMonth",
            "requestsPerSecond"
          ],
          cloud: ["usdPerHour", "requestsPerSecond"]
        }[hosting.kind];
        const missing = needed[pick % needed.length]!;
        const cost = monthlyCost({...hosting, [missing]: undefined}, each, 1000);
        expect(cost.usdPerMonth).toBeUndefined();
        expect(cost.usdPerRequest).toBeUndefined();
        expect(cost.unknown).toContain(missing);
      }),
      {numRuns: 200}
    );
    expect(isUnknown(costLine(api, {}))).toBe(true);
    expect(monthlyCost({kind: "edge"}, {}, 1).unknown).toEqual([
      "deviceUsd",
      "lifeYears",
      "watts",
      "usdPerKwh",
      "requestsPerSecond"
    ]);
    // The price is stated; what it is for is not known.
    const {unknown} = monthlyCost({...api, cachedShare: 0.5}, {}, 1);
    expect(unknown).toEqual(["promptTokens", "completionTokens"]);
    expect(unknown.map(needWords)).toEqual(["prompt tokens", "completion tokens"]);
    expect(hourlyCostUsd(undefined, 2)).toBeUndefined();
    expect(hourlyCostUsd(1.5, 2)).toBe(3);
  });
});
