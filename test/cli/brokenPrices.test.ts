// @module-tag long
import {mkdirSync, mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {costsVerb} from "../../src/cli/evals/costs/costs.js";
import {exitVerb} from "../../src/cli/evals/verdict/exit.js";
import {pricesVerb} from "../../src/cli/evals/costs/prices.js";
import {verdictText} from "../../src/cli/evals/verdict/verdictText.js";
import {costs, runVerdict} from "../../src/report/site/index.js";
import {openStore, openWorkspace, type RunManifest} from "../../src/base/store/index.js";
import {costStore} from "../support/costStore.js";

const project = mkdtempSync(join(tmpdir(), "assay-broken-prices-"));
const file = join(project, "prices", "mine.json");
let run: RunManifest;
beforeAll(async () => {
  mkdirSync(join(project, "evals"));
  mkdirSync(join(project, "prices"));
  run = await costStore(project);
  vi.stubEnv("ASSAY_PROJECT", project);
});
afterAll(() => void vi.unstubAllEnvs());

describe.each([
  ["is no JSON", "{", "prices/mine.json is not JSON"],
  [
    "has a wrong amount",
    JSON.stringify({
      kind: "prices",
      prices: [{model: "m", asOf: "2026-11-01", source: "s", inputPerMillion: "2"}]
    }),
    'prices/mine.json: price 1 (m): `inputPerMillion` must be a number (at least 0), not "2".'
  ]
])("a price list that %s", (_what, text, found) => {
  beforeAll(() => writeFileSync(file, text));

  it("leaves the verdict, which says once what is wrong and what to do", async () => {
    const store = await openStore(await openWorkspace(project, `${project}/.assay`));
    try {
      const {verdict} = await runVerdict(store, run);
      expect(verdict.best).toBe("large");
      const told = verdictText(run, verdict);
      expect(told.split(found)).toHaveLength(2);
      expect(told).toMatch(/Mend it, or take the file out of prices\//);
      expect(told).toMatch(/^large .*90\.0/m);
      // What the record states is priced all the same.
      expect(Object.keys(verdict.costs!)).toContain("large");
      for (const page of await costs(store)) expect(page.priceProblem).toContain(found);
    } finally {
      store.close();
    }
  });

  it("ends the commands whose job is the price", async () => {
    const at = {volume: 1000, months: 12};
    for (const command of [
      () => costsVerb(run.id, at),
      () => exitVerb(run.id, {}),
      () => pricesVerb(undefined, {})
    ]) {
      const error = await command().then(
        () => undefined,
        (thrown: Error) => thrown
      );
      expect(error!.message.split(found)).toHaveLength(2);
      expect(error!.message).toContain("Mend it, or take the file out of prices/.");
    }
  });
});
