// @module-tag long
import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {beforeEach, expect, it} from "vitest";
import type {RunManifest} from "../../src/base/store/index.js";
import {assayHere} from "../support/assayHere.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

let folder: string;
beforeEach(async () => {
  folder = await temporaryProject();
  await mkdir(join(folder, "prices"));
  const row = {asOf: "2026-11-01", source: "price page", model: "small"};
  const prices = [
    {...row, provider: "OpenAI", inputPerMillion: 10, outputPerMillion: 80},
    {...row, provider: "Mistral", inputPerMillion: 1, outputPerMillion: 2}
  ];
  await writeFile(join(folder, "prices", "list.json"), JSON.stringify({kind: "prices", prices}));
});

interface Costs {
  options: {candidate: string; hosting?: {kind: string}; usdPerThousand?: number}[];
}

/** What `assay costs` says of the imported results by that name. */
async function costs(name: string): Promise<(string | number | undefined)[][]> {
  const {stdout} = await assayHere(folder, "costs", name, "--json");
  const {options} = JSON.parse(stdout) as Costs;
  return options.map(({candidate, hosting, usdPerThousand}) => [
    candidate,
    hosting?.kind,
    usdPerThousand && Number(usdPerThousand.toFixed(6))
  ]);
}

it("prices what promptfoo asked by the provider and the model that its ids name, and nothing that ran here", async () => {
  const ids = ["openai:chat:small", "mistral:small", "ollama:chat:small", "exec:small"];
  const results = ids.flatMap((id, c) =>
    Array.from({length: 20}, (_, i) => ({
      provider: {id},
      promptIdx: c,
      testIdx: i,
      vars: {q: i},
      success: i % 2 === 0,
      response: {output: "x", tokenUsage: {prompt: 100, completion: 10}}
    }))
  );
  await writeFile(
    join(folder, "pf.json"),
    JSON.stringify({results: {version: 3, results}, config: {description: "pf"}})
  );
  await assayHere(folder, "verdict", "--from", "pf.json");
  expect(await costs("pf")).toEqual([
    ["openai:chat:small", "api", 1.8],
    ["mistral:small", "api", 0.12],
    ["ollama:chat:small", "on-prem", undefined],
    ["exec:small", undefined, undefined]
  ]);
});

async function importTable(name: string, told: number): Promise<void> {
  const lines = Array.from({length: 20}, (_, i) => `r${i},mine,1,20,10,${i < told ? "0.001" : ""}`);
  const header = "row,candidate,score,prompt_tokens,completion_tokens,cost_usd";
  await writeFile(join(folder, `${name}.csv`), `${header}\n${lines.join("\n")}\nr20,mine,error,,,\n`);
  await assayHere(folder, "verdict", "--from", `${name}.csv`);
}

it("names no provider of a model whose costs a table states", async () => {
  await importTable("paid", 20);
  expect(await costs("paid")).toEqual([["mine", "unknown", 1]]);
  const {stdout: text} = await assayHere(folder, "costs", "paid");
  expect(text).toContain("mine has the best score and costs $100.00 a month; no candidate of known cost is");
  expect(text).toContain("Where it runs is not known.");
  expect(text).not.toMatch(/csv|provider|API/);
});

it("counts the answers of which a table states no cost", async () => {
  await importTable("partly", 15);
  const [run] = JSON.parse((await assayHere(folder, "runs", "--json")).stdout) as RunManifest[];
  expect(run).toMatchObject({unpricedCalls: 5, counts: {completed: 20, failed: 1}});
  expect((await assayHere(folder, "runs")).stdout).toContain("at least $0.0150");
});

it("decides the frontier on the rows that candidates of known cost share, and shows these means; what lacking rows cost is told", async () => {
  // Of "local", which lacks others, no cost is told.
  const has = {gpt: [0, 60], third: [0, 40], local: [15, 60]};
  const lines = Object.entries(has).flatMap(([name, [first, end]]) =>
    Array.from({length: end! - first!}, (_, n) => {
      const i = first! + n;
      // "gpt" is right on the last rows, which "third" lacks, and wrong on the first ones.
      const score = name === "gpt" ? Number(i >= 15) : Number(i % 4 > 0);
      const failed = name !== "local" && i % 20 === 19;
      const usd = name === "local" ? "" : (name === "gpt" ? 0.004 : 0.005) + i / 1e6;
      return failed ? `r${i},${name},error,,` : `r${i},${name},${score},x,${usd}`;
    })
  );
  await writeFile(join(folder, "res.csv"), `row,candidate,score,output,cost_usd\n${lines.join("\n")}\n`);
  await assayHere(folder, "verdict", "--from", "res.csv");
  const {options, comparedRows} = JSON.parse((await assayHere(folder, "costs", "res", "--json")).stdout) as {
    comparedRows: number;
    options: {candidate: string; compared: {mean?: number}; onFrontier: boolean; frontierShare?: number}[];
  };
  expect(comparedRows).toBe(38);
  const [gpt, third, local] = options;
  expect(gpt!.compared.mean).toBeCloseTo((38 - 15) / 38, 9);
  expect(third!.compared.mean).toBeGreaterThan(gpt!.compared.mean!);
  expect(options.map(({onFrontier}) => onFrontier)).toEqual([true, true, false]);
  expect([local!.compared, local!.frontierShare]).toEqual([{}, undefined]);
  const {stdout: text} = await assayHere(folder, "costs", "res");
  expect(text).toContain("on 38 shared rows");
  expect(text).toContain(
    "The frontier goes by the 38 rows that all candidates of known cost have a score on"
  );
  expect(text).toMatch(/gpt: 3 of 60 rows failed; nothing tells their cost, and they are in no figure/);
  expect(text).toContain(
    "third: 2 of 40 rows failed, and it was not asked 20 of the 60 rows; the cost of 19 is told from the other candidates' answers, and 3 are in no figure"
  );
});
