// @module-tag long
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, beforeEach, describe, expect, it} from "vitest";
import {candidate, type EvalDefinition, runEval, type RunInputs} from "../../../src/evals/runner/index.js";
import {runDir} from "../../support/folders.js";
import {type Behaviour, type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {type Project, server, wordsEval, wordsProject} from "./support/project.js";

describe("requests with one prompt", () => {
  let model: ModelServer;
  let project: Project;
  let rows: number;
  let behave: (() => Behaviour | undefined) | undefined;
  beforeAll(async () => {
    model = await startModelServer({models: ["test-model", "test-model-2"], behave: () => behave?.()});
  });
  afterAll(() => model.close());
  beforeEach(async () => {
    behave = refusing("no");
    model.requests.length = 0;
    project = await wordsProject(await temporaryProject(), 60);
    rows = project.split.counts["test"]!;
    return () => project.store.close();
  });

  const refusing = (message: string) => () => ({status: 400, body: {error: {message}}});
  const price = {inputUsdPerMillion: 1, outputUsdPerMillion: 2, asOf: "2026-01-01", source: "test"};
  const run = (options: RunInputs["options"] = {}, changes: Partial<EvalDefinition> = {}) =>
    runEval(
      wordsEval(server(model.url, "local", {price}), {
        candidates: [
          candidate("one", server(model.url, "local", {price}), "test-model", {params: {max_tokens: 5}})
        ],
        prompt: "say red",
        ...changes
      }),
      {...project, evalName: "words", options: {preflight: false, ...options}}
    );
  const asked = () => model.requests.splice(0).length;
  const reasons = (id: string) =>
    project.store.rows<{reason: string; n: number}>(
      "select reason, count(*)::int as n from completions where run = $id group by all order by all",
      {id}
    );

  it("are asked once again with retryFailed, and all take the answer", async () => {
    const first = await run();
    expect(first).toMatchObject({calls: 1, manifest: {counts: {completed: 0, failed: rows}}});
    asked();
    behave = undefined;
    expect((await run({retryFailed: true, dryRun: true})).dryRun).toMatchObject({
      calls: 1,
      repeated: rows - 1
    });
    const {manifest, calls} = await run({retryFailed: true});
    expect({calls, asked: asked()}).toEqual({calls: 1, asked: 1});
    expect(manifest).toMatchObject({
      id: first.manifest!.id,
      counts: {completed: rows, failed: 0, reused: rows - 1, scored: rows}
    });
    expect((await run({retryFailed: true})).unchanged).toBe(true);
  });

  it("are asked once again under a budget, which counts one call", async () => {
    await run({budgetUsd: 0.0001});
    asked();
    behave = undefined;
    const {manifest, spentUsd} = await run({retryFailed: true, budgetUsd: 0.0001});
    expect(asked()).toBe(1);
    expect(manifest!.counts).toMatchObject({completed: rows, failed: 0});
    expect(spentUsd).toBeCloseTo(manifest!.costUsd!, 12);
  });

  it("all fail with the newest error when the retry fails too", async () => {
    await run();
    asked();
    behave = refusing("still no");
    const {manifest, calls} = await run({retryFailed: true});
    expect({calls, asked: asked()}).toEqual({calls: 1, asked: 1});
    expect(manifest!.counts).toMatchObject({completed: 0, failed: rows});
    expect(await reasons(manifest!.id)).toEqual([
      {reason: expect.stringContaining("still no") as string, n: rows}
    ]);
  });

  it("are asked once for each model and repeat", async () => {
    const twice = {
      candidates: ["test-model", "test-model-2"].map((name) => candidate(name, server(model.url), name)),
      repeats: 3
    };
    await run({}, twice);
    expect(asked()).toBe(6);
    behave = undefined;
    const {manifest, calls} = await run({retryFailed: true}, twice);
    expect({calls, asked: asked()}).toEqual({calls: 6, asked: 6});
    expect(manifest!.counts).toMatchObject({completed: 6 * rows, failed: 0, reused: 6 * (rows - 1)});
  });

  it("take the one answer that a retry wrote into its journal before it was killed", async () => {
    const {manifest} = await run();
    const {id} = manifest!;
    const journal = await project.store.rows<{n: number; key: string}>(
      `select position::int as n, key, status, reason, reason_kind, finished_at
       from completions join items using (run, row_id) where run = $id order by n`,
      {id}
    );
    const {key} = journal[0]!;
    const answer = {n: 3, key, status: "completed", output: "red", finished_at: "2026-01-01T00:00:00.000Z"};
    const lines = [...journal, answer].map((line, seq) => JSON.stringify({seq, ...line}));
    writeFileSync(join(runDir(project.store.workspace, id), "journal.ndjson"), `${lines.join("\n")}\n`);
    asked();
    const resumed = await run();
    expect({calls: resumed.calls, asked: asked()}).toEqual({calls: 0, asked: 0});
    expect(resumed.manifest).toMatchObject({id, counts: {completed: rows, failed: 0, reused: rows - 1}});
  });

  it("take with retryFailed what another run was answered since", async () => {
    const {manifest} = await run();
    behave = undefined;
    await run({limit: 3});
    asked();
    const retried = await run({retryFailed: true});
    expect({calls: retried.calls, asked: asked()}).toEqual({calls: 0, asked: 0});
    expect(retried.manifest).toMatchObject({
      id: manifest!.id,
      counts: {completed: rows, failed: 0, reused: rows}
    });
  });
});
