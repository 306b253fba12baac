import {mkdirSync, mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, expect, it, vi} from "vitest";
import {costsVerb} from "../../src/cli/costs.js";
import {exitVerb} from "../../src/cli/exit.js";
import {importResults} from "../../src/cli/importResults.js";
import {openWorkspace} from "../../src/store/index.js";
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
  const {listed, paid, unlisted} = await costs();
  const told = await printed(() => costsVerb("sums", {volume: 1000, months: 24}));
  for (const name of ["listed", "paid", "unlisted"]) expect(told).toContain(name);
  // 99.5 prompt tokens in the mean, and 10 of an answer.
  expect(listed).toBeCloseTo((1000 * (99.5 * 2 + 10 * 10)) / 1e6, 4);
  expect([paid, unlisted]).toEqual([2, undefined]);
});
