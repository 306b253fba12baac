import {mkdirSync, mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, expect, it, vi} from "vitest";
import {dayOf} from "../../../src/base/costs/index.js";
import {pricesFingerprint} from "../../../src/report/site/fingerprint.js";
import {pricingOf} from "../../../src/base/store/costColumn.js";
import {appliedPrice, pricedStages} from "../../../src/base/store/index.js";

it("takes the newest row that states the prices of tokens, past a newer one for training alone", () => {
  const row = {model: "m", source: "its page"};
  const prices = [
    {...row, asOf: "2026-01-01", inputPerMillion: 2, outputPerMillion: 8},
    {...row, asOf: "2026-03-01", trainingPerMillion: 25}
  ];
  const found = appliedPrice({model: "m"}, {prices, at: "2026-04-01"});
  expect(found?.price).toMatchObject({inputUsdPerMillion: 2, outputUsdPerMillion: 8, asOf: "2026-01-01"});
  expect(appliedPrice({model: "m"}, {prices: prices.slice(1), at: "2026-04-01"})).toBeUndefined();
});

const amounts = {inputPerMillion: 2, outputPerMillion: 8};
const price = {inputUsdPerMillion: 1, outputUsdPerMillion: 1, asOf: "2026-01-01", source: "its page"};

it.each([
  ["an API", {hosting: "api", endpointKind: "openai"}, true],
  ["an API by a router", {hosting: "api", endpointKind: "hosted"}, true],
  ["an own server", {hosting: "on-prem", endpointKind: "openai"}, false],
  ["rented machines", {hosting: "cloud", endpointKind: "openai"}, false],
  ["a model of this process", {hosting: "edge", endpointKind: "embedded"}, false],
  ["a model of this process called an API", {hosting: "api", endpointKind: "embedded"}, false],
  ["a recording", {hosting: "api", endpointKind: "recorded"}, false],
  ["a recording that states a price", {hosting: "api", endpointKind: "recorded", price}, true],
  ["an own server that states a price", {hosting: "on-prem", endpointKind: "openai", price}, false],
  ["another tool's results", {hosting: "unknown", endpointKind: "imported"}, true],
  ["an older record", {}, true]
])("a list serves what an API bills: %s", (_name, one, serves) => {
  const prices = [{model: "m", source: "list", asOf: "2026-01-01", ...amounts}];
  const found = appliedPrice({model: "m", ...one}, {prices, at: "2026-04-01", repriced: true});
  expect(found?.price.source).toBe(serves ? "list" : "price" in one ? "its page" : undefined);
});

it("takes a cascade's models for where each of them runs, in an older run for where the cascade does", () => {
  const stages = [
    {name: "a", model: "m"},
    {name: "b", model: "n"}
  ];
  const answerers = [
    {...stages[0]!, hosting: "on-prem", endpointKind: "openai", identity: {}},
    {...stages[1]!, hosting: "api", endpointKind: "hosted", identity: {}}
  ];
  const own = {stages, hosting: "api", endpointKind: "openai"};
  const hostings = (one: Parameters<typeof pricedStages>[0]) =>
    pricedStages(one)!.map(({hosting}) => hosting);
  expect(hostings({...own, answerers})).toEqual(["on-prem", "api"]);
  expect(hostings(own)).toEqual(["api", "api"]);
  expect(pricedStages({hosting: "api"})).toBeUndefined();
});

afterEach(() => void vi.useRealTimers());

it("a price of a day to come holds from that day on", async () => {
  const project = mkdtempSync(join(tmpdir(), "assay-prices-"));
  mkdirSync(join(project, "prices"));
  const row = {model: "m", source: "its page", outputPerMillion: 8};
  const prices = [
    {...row, asOf: "2026-11-01", inputPerMillion: 2},
    {...row, asOf: "2027-06-01", inputPerMillion: 200}
  ];
  writeFileSync(join(project, "prices/a.json"), JSON.stringify({kind: "prices", prices}));
  const candidate = {
    name: "m",
    model: "m",
    endpoint: "e",
    endpointKind: "openai",
    hosting: "api",
    identity: {},
    params: {}
  };
  const on = async (day: string) => {
    vi.useFakeTimers({toFake: ["Date"], now: Date.parse(day)});
    expect(dayOf(Date.now())).toBe(day);
    const {priceOf} = await pricingOf(project, {candidates: [candidate]});
    return [priceOf(candidate)!.inputUsdPerMillion, await pricesFingerprint(project)] as const;
  };
  const [before, print] = await on("2026-11-29");
  expect(before).toBe(2);
  expect(await on("2027-05-31")).toEqual([2, print]);
  const [after, later] = await on("2027-06-01");
  expect(after).toBe(200);
  expect(later).not.toBe(print);
});
