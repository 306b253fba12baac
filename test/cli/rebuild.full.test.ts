import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it} from "vitest";
import {assayHere} from "../support/assayHere.js";
import {startModelServer} from "../support/modelServer.js";
import {engine, projectWith} from "./support/gatedProject.js";

it("exits 1 when a run was stopped before all its answers came", async () => {
  const server = await startModelServer({answer: () => "1"});
  try {
    const project = await projectWith({minScore: 0.8});
    await writeFile(
      join(project, "evals", "sums.eval.ts"),
      `import {candidate, defineEval, normalizedMatch, openAICompatible} from ${JSON.stringify(engine)};
import dataset from "../data-loaders/sums.js";
const priced = openAICompatible({name: "priced", baseUrl: ${JSON.stringify(server.url)}, hosting: "api", trust: "external",
  price: {inputUsdPerMillion: 100, outputUsdPerMillion: 100, asOf: "2026-01-01", source: "made up"}});
export default defineEval({dataset, split: {strategy: "given", column: "part"}, prompt: "{{text}}", expected: "answer",
  candidates: [candidate("one", priced, "m", {params: {max_tokens: 8}})], scorers: {exact: normalizedMatch()}});`
    );
    const stopped = await assayHere(project, "rebuild", "--no-build", "--budget-usd", "0.02");
    expect(stopped.stdout + stopped.stderr).toMatch(/budget/);
    expect(stopped.code).toBe(1);
    expect((await assayHere(project, "rebuild", "--no-build")).code).toBe(0);
  } finally {
    await server.close();
  }
});
