import {expect, it} from "vitest";
import {adjusted, completionCost, costTable, type TokenPrice} from "../../../src/base/costs/index.js";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {exactMatch} from "../../../src/evals/scorers/index.js";
import {runCosts} from "../../../src/report/site/index.js";
import {plainRows} from "../../support/plainRows.js";

const base: TokenPrice = {
  inputUsdPerMillion: 2,
  outputUsdPerMillion: 8,
  cachedInputUsdPerMillion: 0.2,
  asOf: "2026-01-01",
  source: "made up"
};
const tiered: TokenPrice = {
  ...base,
  tiers: [
    {abovePromptTokens: 200_000, inputUsdPerMillion: 4, outputUsdPerMillion: 12},
    {abovePromptTokens: 400_000, inputUsdPerMillion: 6}
  ]
};

interface Usage {
  promptTokens: number;
  completionTokens: number;
  cachedTokens?: number;
}
const USAGE: Record<string, (i: number) => Usage> = {
  "one cached": (i) => ({promptTokens: 1000, completionTokens: 100, cachedTokens: i === 0 ? 900 : undefined}),
  "long and short": (i) => ({
    promptTokens: [60_000, 320_000, 200_000, 500_000][i % 4]!,
    completionTokens: 500 + i,
    cachedTokens: i % 3 === 0 ? 50_000 : undefined
  })
};

it("costs what the requests cost one by one: cached tokens that are not told are none, and each is billed by its tier", async () => {
  const {rows, store, version, spec, split} = await plainRows(12);
  const one = (name: string, price: TokenPrice, hosting?: object) =>
    candidate(
      `${name}${hosting ? " elsewhere" : ""}`,
      recorded({
        name: `${name} recorded`,
        rows: rows.map(({id}) => ({id, output: "x"})),
        usage: ({id}: {id?: unknown}) => USAGE[name]!(Number(id)),
        price
      }),
      name,
      hosting ?? {}
    );
  const {manifest} = await runEval(
    defineEval({
      dataset: "q",
      split: spec,
      candidates: [
        one("one cached", base),
        one("long and short", tiered),
        one("long and short", tiered, {hosting: {kind: "api", price: tiered, cachedShare: 0.1}})
      ],
      prompt: "{{text}}",
      expected: "label",
      scorers: {exact: exactMatch}
    }),
    {store, version, split, evalName: "q"}
  );
  store.refresh();
  const {samples} = await runCosts(store, manifest!, {at: "2026-11-26"});
  store.close();
  const byRow = (name: string, price: TokenPrice, cachedShare?: number) =>
    (1000 / rows.length) *
    rows.reduce((sum, _, i) => {
      const usage = USAGE[name]!(i);
      const cachedTokens = cachedShare === undefined ? usage.cachedTokens : cachedShare * usage.promptTokens;
      return sum + completionCost({...usage, cachedTokens}, price)!;
    }, 0);
  const expected = [
    byRow("one cached", base),
    byRow("long and short", tiered),
    byRow("long and short", tiered, 0.1)
  ];
  for (const factor of [1, 3]) {
    const table = costTable(adjusted(samples, {tokenPriceFactor: factor}), {requestsPerMonth: 1e5});
    table.forEach(({usdPerThousand, low, high}, i) => {
      expect(usdPerThousand).toBeCloseTo(factor * expected[i]!, 8);
      expect(low).toBeLessThan(usdPerThousand!);
      expect(high).toBeGreaterThan(usdPerThousand!);
    });
  }
});
