import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {beforeEach, expect, it} from "vitest";
import type {RunManifest} from "../../src/store/index.js";
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
  expect(await costs("paid")).toEqual([["mine", "api", 1]]);
  const {stdout: text} = await assayHere(folder, "costs", "paid");
  expect(text).toContain("Every prompt and answer goes to the provider, who runs the model.");
  expect(text).not.toContain("csv");
});

it("counts the answers of which a table states no cost", async () => {
  await importTable("partly", 15);
  const [run] = JSON.parse((await assayHere(folder, "runs", "--json")).stdout) as RunManifest[];
  expect(run).toMatchObject({unpricedCalls: 5, counts: {completed: 20, failed: 1}});
  expect((await assayHere(folder, "runs")).stdout).toContain("at least $0.0150");
});
