import {existsSync, readFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {describe, expect, it} from "vitest";
import {assay} from "../support/assay.js";
import {assayHere} from "../support/assayHere.js";
import {folder} from "./support/initFolder.js";

const fixtures = resolve(import.meta.dirname, "../fixtures");

describe("two commands from another tool's export to a verdict", () => {
  it("OpenAI Evals: the outputs are scored again, and the scores as they were given stand beside them", async () => {
    const dir = folder();
    const init = await assay(dir, "init", "--from", join(fixtures, "results/openai-evals.json"));
    expect(init.stderr).toBe("");
    expect(init.stdout).toMatch(/From openai-evals: 4 rows, 2 candidates, evals\/ticket-routing.eval.ts/);
    expect(init.stdout).toMatch(/Tone is a score_model: add judgeRating for it/);
    const readme = readFileSync(join(dir, "README.md"), "utf8");
    for (const path of readme.matchAll(/(?:data|data-loaders|evals)\/[\w-]+\.[\w.]+/g))
      expect(existsSync(join(dir, path[0])), path[0]).toBe(true);
    expect(readme).toContain("evals/ticket-routing.eval.ts");
    expect(readme).toContain("3. `pages/*.md`");
    const run = await assayHere(dir, "run", "--json");
    const runs = JSON.parse(run.stdout) as {
      eval: string;
      manifest: {imported?: object; counts: {completed: number}};
      verdict: {summaries: {candidate: string; mean: number; scored: number}[]};
    }[];
    expect(runs.map((one) => [one.eval, one.manifest.imported !== undefined])).toEqual([
      ["ticket-routing-imported", true],
      ["ticket-routing", false]
    ]);
    for (const {verdict} of runs)
      expect(verdict.summaries.map(({candidate, mean, scored}) => [candidate, mean, scored])).toEqual([
        ["gpt-alpha", 0.75, 4],
        ["gpt-beta", 2 / 3, 3]
      ]);
  });
});
