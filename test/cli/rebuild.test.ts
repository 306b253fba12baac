import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it} from "vitest";
import {assay} from "../support/assay.js";
import {assayHere} from "../support/assayHere.js";
import {compiled} from "../support/compiledEngine.js";
import {startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const engine = compiled("bundle/index.js");

/** A project whose eval's one candidate answers 13 of 16 rows rightly; beside it a loader and an eval that cannot be loaded. */
async function projectWith(gate: object): Promise<string> {
  const project = await temporaryProject();
  for (const folder of ["data-loaders", "evals"]) await mkdir(join(project, folder));
  await writeFile(join(project, "package.json"), JSON.stringify({type: "module"}));
  await writeFile(
    join(project, "data-loaders", "sums.ts"),
    `import {defineDataset} from ${JSON.stringify(engine)};
export const rows = Array.from({length: 16}, (_, i) => ({id: "s" + i, text: "what is " + i, answer: i, part: "test"}));
export default defineDataset({name: "sums", id: "id", text: "text", sensitivity: "public", source: {kind: "rows", rows: () => rows}});`
  );
  await writeFile(
    join(project, "evals", "sums.eval.ts"),
    `import {candidate, defineEval, normalizedMatch, recorded} from ${JSON.stringify(engine)};
import dataset, {rows} from "../data-loaders/sums.js";
const answers = rows.map(({id, answer}) => ({id, output: String(answer < 13 ? answer : 0)}));
export default defineEval({dataset, split: {strategy: "given", column: "part"}, prompt: "{{text}}", expected: "answer",
  candidates: [candidate("one", recorded({name: "answers", rows: answers}), "m")],
  scorers: {exact: normalizedMatch()}, gate: [${JSON.stringify(gate)}]});`
  );
  return project;
}

it("exits 101 when a gate is undecided, 100 when one fails, and 1 when a file is broken, which keeps no other", async () => {
  const project = await projectWith({minScore: 0.8});
  const undecided = await assay(project, "rebuild", "--no-build");
  expect(undecided.stdout + undecided.stderr).toMatch(/undecided .*sums/);
  expect(undecided.code).toBe(101);

  await writeFile(join(project, "evals", "torn.eval.ts"), "export default {");
  await writeFile(join(project, "data-loaders", "torn.ts"), "export default {");
  const broken = await assayHere(project, "rebuild", "--no-build");
  expect(broken.stderr).toContain("evals/torn.eval.ts");
  expect(broken.stderr).toContain("data-loaders/torn.ts");
  expect(broken.stdout).toMatch(/undecided .*sums/);
  expect(broken.code).toBe(1);

  const failing = await assayHere(await projectWith({minScore: 0.999}), "rebuild", "--no-build");
  expect(failing.code).toBe(100);
});

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
