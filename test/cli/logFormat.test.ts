// @module-tag long
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, expect, it} from "vitest";
import {assay, writeLoader} from "../support/assay.js";
import {compiled} from "../support/compiledEngine.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const SECRET = "planted-secret-value";

let model: ModelServer;
beforeAll(async () => {
  model = await startModelServer({models: ["test-model"]});
  process.env.LOG_TEST_API_KEY = SECRET;
});
afterAll(async () => {
  delete process.env.LOG_TEST_API_KEY;
  await model.close();
});

it("says progress and notes as JSON lines, and never a secret; standard output stays as it is", async () => {
  const project = await temporaryProject();
  const rows = Array.from({length: 12}, (_, id) => ({id: `${id}`, text: `text ${id}`, label: "a"}));
  writeLoader(
    project,
    "rows",
    `{name: "rows", source: {kind: "rows", rows: () => ${JSON.stringify(rows)}}, sensitivity: "public"}`
  );
  mkdirSync(join(project, "evals"));
  writeFileSync(
    join(project, "evals", "words.eval.ts"),
    `import {candidate, defineEval, exactMatch, openAICompatible} from ${JSON.stringify(compiled("bundle/index.js"))};
const endpoint = openAICompatible({name: "server", baseUrl: "${model.url}", hosting: "on-prem", trust: "local", apiKeyEnv: "LOG_TEST_API_KEY"});
export default defineEval({dataset: "rows", split: {strategy: "random", test: 0.5}, candidates: [candidate("one", endpoint, "test-model")],
  prompt: "{{text}}", expected: "label", scorers: {exact: exactMatch}});
`
  );
  writeFileSync(
    join(project, "evals", "broken.eval.ts"),
    `throw new Error("the key is ${SECRET} at https://user:hunter2@host/");\n`
  );
  const ended = await assay(project, "run", "--json", "--log-format", "json");
  const lines = ended.stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.every(({level, time, msg}) => level && typeof time === "string" && msg)).toBe(true);
  const [{manifest}] = JSON.parse(ended.stdout) as [{manifest: {counts: {planned: number}}}];
  const total = manifest.counts.planned;
  expect(total).toBeGreaterThan(0);
  expect(lines.find(({phase}) => phase === "done")).toMatchObject({eval: "words", done: total, total});
  expect(lines.find(({candidate}) => candidate === "one")).toMatchObject({called: total, failed: 0});
  expect(lines.find(({level}) => level === "error")?.msg).toContain("the key is *** at https://***@host/");
  expect(ended.stderr + ended.stdout).not.toContain("hunter2");
  expect(ended.stderr).not.toContain(SECRET);

  const wrong = await assay(project, "--log-format", "json", "run", "--limit", "x");
  expect(JSON.parse(wrong.stderr.trim().split("\n")[0]!)).toMatchObject({level: "error"});
});
