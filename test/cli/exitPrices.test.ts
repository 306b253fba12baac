// @module-tag long
import {mkdirSync, mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, expect, it, vi} from "vitest";
import {costsVerb} from "../../src/cli/evals/costs/costs.js";
import {exitVerb} from "../../src/cli/evals/verdict/exit.js";
import {importResults} from "../../src/cli/evals/verdict/importResults.js";
import {chosenRun} from "../../src/cli/project/chosenRun.js";
import {costTable} from "../../src/base/costs/index.js";
import {callsOf} from "../../src/evals/decisions/index.js";
import {projectPrices, runCosts, runVerdict} from "../../src/report/site/index.js";
import {openStore, openWorkspace} from "../../src/base/store/index.js";
import {costStore} from "../support/costStore.js";
import {printed} from "../support/printed.js";

afterAll(() => void vi.unstubAllEnvs());

it("assay exit prices by the project's list what no call stated, and leaves what was paid", async () => {
  const project = mkdtempSync(join(tmpdir(), "assay-exit-"));
  mkdirSync(join(project, "evals"));
  const lines = ["row,candidate,score,prompt_tokens,completion_tokens,cost_usd"];
  for (let i = 0; i < 20; i++)
    lines.push(`r${i},listed,1,${90 + i},10,`, `r${i},paid,1,100,10,0.002`, `r${i},unlisted,1,100,10,`);
  writeFileSync(join(project, "results.csv"), `${lines.join("\n")}\n`);
  vi.stubEnv("ASSAY_PROJECT", project);
  const workspace = await openWorkspace(project, join(project, ".assay"));
  await importResults(workspace, {files: ["results.csv"]}, {name: "sums", command: "assay verdict"});
  const exit = async () => {
    const {candidates} = JSON.parse(await printed(() => exitVerb("sums", {json: true}))) as {
      candidates: {
        candidate: string;
        usdPerThousand?: number;
        substitutes: {candidate: string; usdPerThousand?: number}[];
      }[];
    };
    return candidates;
  };
  const costs = async () =>
    Object.fromEntries(
      (await exit()).map(({candidate, usdPerThousand}) => [
        candidate,
        usdPerThousand && Number(usdPerThousand.toFixed(6))
      ])
    );
  expect(await costs()).toEqual({listed: undefined, paid: 2, unlisted: undefined});
  mkdirSync(join(project, "prices"));
  const price = (model: string, inputPerMillion: number) => ({
    model,
    currency: "USD",
    inputPerMillion,
    outputPerMillion: 10,
    asOf: "2026-01-01",
    source: "made up"
  });
  writeFileSync(
    join(project, "prices", "mine.json"),
    JSON.stringify({kind: "prices", prices: [price("listed", 2), price("paid", 500)]})
  );
  expect(await printed(() => exitVerb("sums", {}))).toMatch(
    /the price of listed is of 2026-01-01: \d+ days old, more than 90/
  );
  const store = await openStore(workspace);
  const {verdict} = await runVerdict(store, (await chosenRun(store, "sums")).run);
  store.close();
  expect(verdict.costs!.listed!.oldPrice).toBe("2026-01-01");
  expect(verdict.costs!.paid!.oldPrice).toBeUndefined();
  const {listed, paid, unlisted} = await costs();
  const decided = async () => {
    const store = await openStore(workspace);
    try {
      const {run} = await chosenRun(store, "sums");
      const calls = await callsOf(store, run);
      const {samples} = await runCosts(store, run, {
        prices: await projectPrices(project),
        at: "2026-11-26"
      });
      const page = costTable(samples, {requestsPerMonth: 1000});
      return calls.map(({candidate, costUsdPerThousand: usd}) => [
        usd?.toFixed(6),
        page.find(({sample}) => sample.name === candidate)!.usdPerThousand?.toFixed(6)
      ]);
    } finally {
      store.close();
    }
  };
  // Verdict and gates count by the same prices as the costs page.
  for (const [verdict, page] of await decided()) expect(verdict).toBe(page);
  expect((await decided()).flat().filter((usd) => usd === "2.000000")).toHaveLength(2);
  const told = await printed(() => costsVerb("sums", {volume: 1000, months: 24}));
  for (const name of ["listed", "paid", "unlisted"]) expect(told).toContain(name);
  // 99.5 prompt tokens in the mean, and 10 of an answer.
  expect(listed).toBeCloseTo((1000 * (99.5 * 2 + 10 * 10)) / 1e6, 4);
  expect([paid, unlisted]).toEqual([2, undefined]);
});

it("assay exit says what getting to a substitute costs once, where its way there is stated", async () => {
  const project = mkdtempSync(join(tmpdir(), "assay-exit-way-"));
  mkdirSync(join(project, "evals"));
  const run = await costStore(project);
  vi.stubEnv("ASSAY_PROJECT", project);
  const {candidates} = JSON.parse(await printed(() => exitVerb(run.id, {json: true}))) as {
    candidates: {candidate: string; substitutes: {candidate: string; movingUsd?: number}[]}[];
  };
  const {substitutes} = candidates.find(({candidate}) => candidate === "large")!;
  // Two hours at $1.50 and an evaluation of $1.
  expect(Object.fromEntries(substitutes.map(({candidate, movingUsd}) => [candidate, movingUsd]))).toEqual({
    medium: 4,
    small: undefined,
    untold: undefined
  });
  expect(await printed(() => exitVerb(run.id, {}))).toMatch(/to get there, once/);
});
