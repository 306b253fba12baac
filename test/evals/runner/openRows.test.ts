import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {purge} from "../../../src/data/datasets/index.js";
import {
  type Candidate,
  type EvalDefinition,
  runEval,
  withBenchTarget
} from "../../../src/evals/runner/index.js";
import type {PrepareContext} from "../../../src/evals/runner/define.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openParts} from "../../../src/base/store/index.js";
import {startModelServer, type ModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {type Project, server, wordsEval, wordsProject} from "./support/project.js";

let project: Project;
let models: ModelServer;
const prepared: PrepareContext[] = [];

beforeAll(async () => {
  models = await startModelServer();
  project = await wordsProject(await temporaryProject(), 40);
});
afterAll(async () => {
  project.store.close();
  await models.close();
});

/** A candidate that tells what it was prepared with. */
function told(): Candidate {
  const endpoint = server(models.url);
  const prepare = (context: PrepareContext) => {
    prepared.push(context);
    return Promise.resolve({endpoint, model: "test-model"});
  };
  return {name: "told", prepare};
}

async function run(changes: Partial<EvalDefinition> = {}): Promise<string[]> {
  const messages: string[] = [];
  prepared.length = 0;
  models.requests.length = 0;
  await runEval(wordsEval(server(models.url), {candidates: [told()], ...changes}), {
    ...project,
    evalName: "words",
    options: {preflight: false},
    effects: {onMessage: (text) => messages.push(text)}
  });
  return messages;
}

async function erase(part: string, left: number): Promise<void> {
  const {store, split} = project;
  const rows = await store.rows<{row_id: string}>(
    `select row_id from (${await openParts(store.workspace, split)}) where part = $part order by row_id`,
    {part}
  );
  const ids = rows.slice(left).map(({row_id}) => `'${row_id}'`);
  await purge(store.workspace, "words", {where: `row_id in (${ids.join(", ")})`, reason: "asked for"});
}

const noneLeft = (part: string) =>
  new RegExp(`no row of the split .* is left in its ${part} part: other splits`);

describe("a run on a split of which rows are missing", () => {
  it("tells candidates which parts lack rows that another split holds out", async () => {
    await run();
    expect(prepared[0]!.leftOut).toBeUndefined();
    await ensureSplit(project.store, project.version, {
      name: "kept",
      strategy: "random",
      validation: 0,
      test: 0,
      heldOut: 0.3
    });
    await run();
    expect(prepared[0]!.leftOut).toEqual({
      test: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      train: expect.stringMatching(/^[0-9a-f]{64}$/) as string
    });
    expect(prepared[0]!.leftOut!.test).not.toBe(prepared[0]!.leftOut!.train);
  });

  it("says when there are fewer examples for its prompts than it asks for, and refuses when there is none", async () => {
    await erase("train", 2);
    expect(await run({fewShot: {count: 2}})).not.toContainEqual(expect.stringContaining("fewShot"));
    expect(await run({fewShot: {count: 5}})).toContainEqual(
      expect.stringMatching(
        /^2 examples stand in the prompts, and fewShot asks for 5: .* no more rows in its train part/
      )
    );
    await erase("train", 0);
    await expect(run({fewShot: {count: 5}})).rejects.toThrow(noneLeft("train"));
    expect([prepared.length, models.requests.length]).toEqual([0, 0]);
    await run();
  });

  it("prepares no candidate when no row is left, and neither does a bench", async () => {
    await erase("test", 0);
    await expect(run()).rejects.toThrow(noneLeft("test"));
    const {store, version, split} = project;
    const inputs = {store, version, split, evalName: "words", candidate: told(), rows: 10};
    const bench = withBenchTarget(
      wordsEval(server(models.url)),
      {...inputs, onMessage: () => undefined},
      () => Promise.resolve()
    );
    await expect(bench).rejects.toThrow(noneLeft("test"));
    expect(prepared).toEqual([]);
  });
});
