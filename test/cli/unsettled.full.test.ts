import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {assay, writeLoader} from "../support/assay.js";
import {compiled} from "../support/compiledEngine.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

let project: string;
let model: ModelServer;

beforeAll(async () => {
  model = await startModelServer();
  project = await temporaryProject();
  mkdirSync(join(project, "evals"));
  writeFileSync(join(project, "package.json"), '{"type": "module"}');
  const engine = JSON.stringify(compiled("index.js"));
  writeLoader(
    project,
    "words",
    `{name: "words", id: "id", text: "text", label: "answer", sensitivity: "public", source: {kind: "rows", rows: () => [
      ...["red", "green", "blue", "grey", "pink", "black"].map((answer, i) => ({id: "w" + i, text: "It is " + answer, answer, part: "test"}))
    ]}}`
  );
  const evalWith = (name: string, more: string, scorer: string) =>
    writeFileSync(
      join(project, "evals", `${name}.eval.ts`),
      `import {candidate, defineEval, exactMatch, openAICompatible} from ${engine};
const endpoint = {...openAICompatible({name: "local", baseUrl: ${JSON.stringify(model.url)}, hosting: "on-prem", trust: "local"})};
${more}
export default defineEval({
  dataset: "words", split: {strategy: "given", column: "part"}, prompt: "${name}: {{text}}", expected: "answer",
  candidates: [candidate("one", endpoint, "test-model")], scorers: {exact: exactMatch, ${scorer}}
});
`
    );
  const own = `const own = async ({row}) => row.id === "w2" ? new Promise(() => {}) : 1;`;
  evalWith("open", own, "own");
  evalWith("never", "endpoint.complete = () => new Promise(() => {});", "own: () => 1");
});
afterAll(() => model.close());

describe("a promise that nothing settles", () => {
  it("costs a scorer that one row's score, and the run ends and says which", async () => {
    const pulled = await assay(project, "pull", "words");
    expect(pulled.code, pulled.stderr).toBe(0);
    const {code, stdout, stderr} = await assay(project, "run", "open");
    expect(stderr + stdout).toContain("The scorer never settled on row w2");
    expect(code, stderr).toBe(0);
    const {stdout: kept} = await assay(
      project,
      "sql",
      "select status, count(*) as n from scores where scorer = 'own' group by status order by status",
      "--json"
    );
    expect(JSON.parse(kept)).toEqual([
      {status: "failed", n: 1},
      {status: "scored", n: 5}
    ]);
  });

  it("ends a command with an error where it is no scorer's", async () => {
    const {code, stderr} = await assay(project, "run", "never");
    expect(stderr).toContain("assay: the command ended while waiting for a promise that never settles");
    expect(code).toBe(1);
  });
});
