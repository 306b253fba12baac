import {expect, it} from "vitest";
import {
  costTable,
  type HostingModel,
  type PriceRow,
  type TokenPrice,
  tokenPrice
} from "../../../src/base/costs/index.js";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {exactMatch} from "../../../src/evals/scorers/index.js";
import {runCosts} from "../../../src/report/site/index.js";
import {pricedHostings, withBatchShare} from "../../../src/report/site/pricedHostings.js";
import type {PriceChoice, RunCandidate} from "../../../src/base/store/index.js";
import {plainRows} from "../../support/plainRows.js";

const dollars = (input: number, output: number): TokenPrice => ({
  inputUsdPerMillion: input,
  outputUsdPerMillion: output,
  asOf: "2026-11-01",
  source: "made up"
});
const row = (provider: string | undefined, input: number, output: number): PriceRow => ({
  model: "large",
  provider,
  inputPerMillion: input,
  outputPerMillion: output,
  asOf: "2026-11-10",
  source: "the list"
});
const hostings: HostingModel[] = [
  {kind: "api", provider: "acme"},
  {kind: "api", provider: "Other Inc.", price: dollars(0.5, 1)},
  {kind: "api", provider: "Third Inc."},
  {kind: "api", provider: "Acme"}
];

/** The dollars of 1,000 requests of 1,000 and 100 tokens, by hosting; undefined where the price is not known. */
async function byHosting(choices: Partial<PriceChoice>[], price: TokenPrice | undefined, costUsd?: number) {
  const {rows, store, version, spec, split} = await plainRows(4);
  const recording = recorded({
    name: "acme",
    rows: rows.map(({id}) => ({id, output: "x"})),
    usage: () => ({promptTokens: 1000, completionTokens: 100}),
    price
  });
  const endpoint: typeof recording = {
    ...recording,
    complete: async (...call) => ({...(await recording.complete(...call)), costUsd})
  };
  const {manifest} = await runEval(
    defineEval({
      dataset: "q",
      split: spec,
      candidates: [candidate("large", endpoint, "large", {hosting: hostings})],
      prompt: "{{text}}",
      expected: "label",
      scorers: {exact: exactMatch}
    }),
    {store, version, split, evalName: "q"}
  );
  store.refresh();
  const found = [];
  for (const choice of choices) {
    const {samples, prices} = await runCosts(store, manifest!, {at: "2026-11-29", ...choice});
    const table = costTable(samples, {requestsPerMonth: 1000});
    for (const {usdPerThousand, unknown} of table)
      expect(unknown).toEqual(usdPerThousand === undefined ? ["price"] : []);
    found.push({
      usd: table.map(({usdPerThousand}) => usdPerThousand && Number(usdPerThousand.toFixed(6))),
      notes: prices.map((note) => `${note.candidate}: ${note.inputUsdPerMillion}`)
    });
  }
  store.close();
  return found;
}

it("an API of another provider costs what is stated for it or what the list says of that provider, and nothing else", async () => {
  const [stated, past, mine, theirs, nobodys] = await byHosting(
    [
      {},
      {repriced: true, prices: [row("acme", 3, 9)], at: "2020-01-01"},
      {repriced: true, prices: [row("acme", 3, 9)]},
      {repriced: true, prices: [row("acme", 3, 9), row("Other", 1, 2), row("third", 4, 8)]},
      {repriced: true, prices: [row(undefined, 3, 9)]}
    ],
    dollars(2, 8)
  );
  expect(stated!.usd).toEqual([2.8, 0.6, undefined, 2.8]);
  expect(stated!.notes).toEqual(["large: 2", "large on hosted API (Other Inc.): 0.5"]);
  expect(past!.usd).toEqual([2.8, 0.6, undefined, 2.8]);
  expect(mine!.usd).toEqual([3.9, 0.6, undefined, 3.9]);
  expect(theirs!.usd).toEqual([3.9, 1.2, 4.8, 3.9]);
  expect(theirs!.notes).toEqual([
    "large: 3",
    "large on hosted API (Other Inc.): 1",
    "large on hosted API (Third Inc.): 4"
  ]);
  expect(nobodys!.usd).toEqual([3.9, 0.6, undefined, 3.9]);
});

it("what the server said that a call cost is no other provider's price", async () => {
  const [told] = await byHosting([{}], undefined, 0.004);
  expect(told!.usd).toEqual([4, 0.6, undefined, 4]);
});

it("a batch costs what the row of the list says that the run was billed by, and no other row", () => {
  const listed = {...row("acme", 2, 8), batchInputPerMillion: 1, batchOutputPerMillion: 4};
  const later = {...listed, asOf: "2026-11-20", batchInputPerMillion: 2, shutdownDate: "2027-01-01"};
  const shareAt = (price: TokenPrice, choice: Partial<PriceChoice> = {}) => {
    const candidate = {
      name: "large",
      model: "large",
      endpoint: "acme",
      endpointKind: "openai",
      hosting: "api",
      price,
      hostings: [{kind: "api", batchShare: 0.5}]
    } as unknown as RunCandidate;
    const [one] = pricedHostings(candidate, {prices: [listed, later], at: "2026-11-29", ...choice}, false);
    return withBatchShare(one!, {promptTokens: 1000, completionTokens: 100});
  };
  expect(shareAt(tokenPrice(listed)!)).toMatchObject({price: tokenPrice(listed), batchPriceShare: 0.5});
  expect(shareAt(tokenPrice(listed)!, {repriced: true})).toMatchObject({
    price: tokenPrice(later),
    batchPriceShare: (2 * 1000 + 4 * 100) / (2 * 1000 + 8 * 100)
  });
  // A record that keeps it is not read anew; one that says that there was none has none.
  const batch = {inputUsdPerMillion: 0.5, outputUsdPerMillion: 2};
  const kept = (of: typeof batch | null) => ({...tokenPrice(listed)!, batch: of});
  expect(shareAt(kept(batch))).toMatchObject({batchPriceShare: 0.25});
  expect(shareAt(kept(null))).not.toHaveProperty("batchPriceShare");
  expect(shareAt(kept(batch), {repriced: true})).toMatchObject({price: tokenPrice(later)});
  // As the endpoint states it, of another page.
  expect(shareAt(dollars(2, 8))).not.toMatchObject({batchPriceShare: 0.5});
});

it.each(["edge", "on-prem", "cloud"])(
  "a machine of one's own that is only named as %s is no hosted API",
  (hosting) => {
    const candidate = {
      name: "ours",
      model: "large",
      endpoint: "vllm",
      endpointKind: "openai",
      hosting,
      price: dollars(2, 8)
    } as RunCandidate;
    for (const billed of [false, true])
      expect(pricedHostings(candidate, {at: "2026-11-29"}, billed)).toMatchObject([
        {hosting: {kind: hosting}}
      ]);
  }
);
