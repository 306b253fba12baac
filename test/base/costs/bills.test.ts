import {describe, expect, it} from "vitest";
import {runBill, sideBillText, type SideModel} from "../../../src/base/costs/index.js";

const usd = (amount: number) => `$${amount}`;
const price = {inputUsdPerMillion: 1, outputUsdPerMillion: 2, asOf: "2026-11-01", source: "test"};
const tokens = {promptTokens: 90, cachedTokens: 0, completionTokens: 9};
const api: SideModel = {hosting: "api", endpointKind: "openai", answers: 8, counted: 8, ...tokens};

describe("what scorers' calls cost, in words", () => {
  const textOf = (calls: number, models: SideModel[], costUsd?: number) =>
    sideBillText({calls, models, costUsd}, "call", usd);

  it("is nothing of models that no API bills, also where calls failed", () => {
    expect(textOf(10, [{...api, hosting: "on-prem"}])).toBeUndefined();
    expect(textOf(10, [{...api, endpointKind: "recorded"}])).toBeUndefined();
    expect(textOf(10, [])).toBeUndefined();
  });

  it("counts calls of an API that told nothing, and those without a price", () => {
    expect(textOf(8, [{...api, costUsd: 3, priced: 8}], 3)).toBe("$3 for its 8 calls");
    expect(textOf(9, [{...api, costUsd: 3, priced: 6}], 3)).toBe(
      "at least $3 for its 9 calls, not counting 1 that told no tokens and 2 without a known price"
    );
    expect(textOf(8, [api])).toBe("cost of its 8 calls not known: 8 without a known price");
    // Of the two kinds the team's own tells no tokens.
    const own = {...api, hosting: "on-prem", counted: 0};
    expect(textOf(16, [{...api, costUsd: 3, priced: 8}, own], 3)).toBe("$3 for its 16 calls");
  });
});

describe("what a run's calls cost, in words", () => {
  const counts = {completed: 9, failed: 0, reused: 0};
  const of = (changes: object) =>
    runBill({unpricedCalls: 9, counts, candidates: [{hosting: "api", price}], ...changes}, usd);

  it("says why there is no amount", () => {
    expect(of({})).toEqual({kind: "unknown", text: "not known: 9 calls told no tokens"});
    expect(of({counts: {completed: 0, failed: 9, reused: 0}, unpricedCalls: 0}).kind).toBe("unknown");
    expect(of({candidates: [{hosting: "api", stages: [{price}]}]}).kind).toBe("unknown");
    expect(of({candidates: [{hosting: "api"}]})).toEqual({kind: "unstated", text: "no price stated"});
    expect(of({candidates: [{hosting: "on-prem", price: undefined}]}).kind).toBe("unstated");
    expect(of({counts: {completed: 9, failed: 0, reused: 9}}).kind).toBe("nothing");
    expect(of({counts: {completed: 0, failed: 0, reused: 0}}).text).toBe("nobody was called");
    expect(of({imported: {}}).text).toBe("the files state none");
  });
});
