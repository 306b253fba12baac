import {mkdirSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {purge} from "../../../../src/data/datasets/index.js";
import {candidate, runEval} from "../../../../src/evals/runner/index.js";
import {openStore, type Row, type RunManifest} from "../../../../src/base/store/index.js";
import {assay} from "../../../support/assay.js";
import {type ModelServer, startModelServer} from "../../../support/modelServer.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";
import {type Project, server, wordsEval, wordsProject} from "../support/project.js";

describe("the prompts of a run", () => {
  let model: ModelServer;
  let folder: string;
  let project: Project;
  let run: RunManifest;
  const tools = [{type: "function" as const, function: {name: "look", parameters: {type: "object"}}}];
  const prompt = {
    plain: "{{text}}",
    asked: (row: Row) => [
      {role: "system" as const, content: "Answer in one word.\u001b[2J"},
      {role: "user" as const, content: `Which colour? ${String(row.text)}`}
    ]
  };
  beforeAll(async () => {
    model = await startModelServer({models: ["test-model", "test-model-2"]});
    folder = await temporaryProject();
    mkdirSync(join(folder, "evals"));
    project = await wordsProject(folder, 40);
    const endpoint = server(model.url);
    const definition = wordsEval(endpoint, {
      prompt,
      fewShot: {count: 2},
      candidates: [
        candidate("one", endpoint, "test-model"),
        candidate("two", endpoint, "test-model-2", {tools})
      ]
    });
    const {manifest} = await runEval(definition, {
      ...project,
      evalName: "words",
      options: {preflight: false}
    });
    run = manifest!;
  });
  afterAll(async () => {
    project.store.close();
    await model.close();
  });

  it("are kept as they were sent, once for each row and prompt, with template, examples and tools", async () => {
    const {store} = project;
    const [counted] = await store.rows<{n: number; rows: number}>(
      "select count(*)::int as n, count(distinct row_id)::int as rows from prompts"
    );
    expect(counted).toEqual({n: 2 * counted!.rows, rows: run.counts.planned / 4});
    expect(run.variants.map(({name, template}) => [name, template?.slice(0, 8)])).toEqual([
      ["plain", "{{text}}"],
      ["asked", "(row) =>"]
    ]);
    expect(run.fewShot).toHaveLength(2);
    expect(run.candidates.map((one) => one.tools)).toEqual([undefined, tools]);
    const [kept] = await store.rows<{row_id: string; messages: string}>(
      "select row_id, messages from prompts where variant = 'plain' order by row_id limit 1"
    );
    const messages = JSON.parse(kept!.messages) as {role: string; content: string}[];
    expect(messages.map(({role}) => role)).toEqual(["user", "assistant", "user", "assistant", "user"]);
    const sent = model.requests.map(({body}) => JSON.stringify((body as {messages: unknown}).messages));
    expect(sent).toContain(JSON.stringify(messages.map(({role, content}) => ({role, content}))));
  });

  it("are shown by assay rows EVAL --prompt ROW, with control characters as escapes", async () => {
    const {row_id: row} = (await project.store.row<{row_id: string}>(
      "select row_id from prompts order by row_id limit 1"
    ))!;
    const shown = await assay(folder, "rows", "words", "--prompt", row);
    expect(shown).toMatchObject({code: 0, stderr: ""});
    expect(shown.stdout).toContain("Answer in one word.\\u001b[2J");
    expect(shown.stdout).toContain("tools of two");
    const json = JSON.parse((await assay(folder, "rows", run.id, "--prompt", row, "--json")).stdout) as {
      prompts: {variant: string}[];
    };
    expect(json.prompts.map(({variant}) => variant)).toEqual(["plain", "asked"]);
    const ids = await project.store.rows<{row_id: string}>("select distinct row_id from prompts order by 1");
    const start = row.slice(0, 1);
    expect(ids.filter(({row_id: id}) => id.startsWith(start)).length).toBeGreaterThan(1);
    const begun = await assay(folder, "rows", "words", "--prompt", start);
    expect(begun.stderr).toMatch(/rows of run .* have an id that begins with "w"\. Give more of it/);
    expect(await assay(folder, "rows", "words", "--prompt", "nobody")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/has no prompt of a row "nobody"/) as string
    });
  });

  it("lose an erased row's, and all of them when it was an example", async () => {
    const {row_id: row} = (await project.store.row<{row_id: string}>(
      "select row_id from prompts order by row_id limit 1"
    ))!;
    const erase = (id: string) =>
      purge(project.store.workspace, "words", {where: `row_id = '${id}'`, reason: "asked"});
    const left = async () => {
      const store = await openStore(folder);
      try {
        return (await store.row<{n: number; text: number; found: number}>(
          `select count(*)::int as n, count(messages)::int as text, count(*) filter (row_id = '${row}')::int as found from prompts`
        ))!;
      } finally {
        store.close();
      }
    };
    const before = await left();
    await erase(row);
    expect(await left()).toEqual({n: before.n, text: before.text - 2, found: 0});
    await erase(run.fewShot![0]!);
    expect(await left()).toMatchObject({n: before.n, text: 0});
    const store = await openStore(folder);
    expect((await store.runs())[0]!.fewShot).toEqual([run.fewShot![1]]);
    store.close();
  });
});
