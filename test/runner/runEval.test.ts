import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {runEval} from "../../src/runner/index.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {type Project, server, wordsEval, wordsProject} from "./support/project.js";

describe("runEval", () => {
  let model: ModelServer;
  let project: Project;
  beforeAll(async () => {
    model = await startModelServer({models: ["test-model", "test-model-2"]});
    project = await wordsProject(await temporaryProject(), 60);
  });
  afterAll(async () => {
    project.store.close();
    await model.close();
  });

  it("asks every candidate about every row of the part, scores the answers and seals them", async () => {
    const {manifest, calls} = await runEval(wordsEval(server(model.url)), {...project, evalName: "words"});
    const rows = project.split.counts["test"]!;
    expect(calls).toBe(2 * rows);
    expect(manifest).toMatchObject({
      status: "complete",
      counts: {planned: 2 * rows, completed: 2 * rows, failed: 0, reused: 0, scored: 2 * rows, unscored: 0}
    });
    console.log(
      await project.store.rows("select * from completions limit 3"),
      await project.store.rows("select * from items limit 3"),
      await project.store.rows("select * from scores limit 3"),
      manifest
    );
    const again = await runEval(wordsEval(server(model.url)), {...project, evalName: "words"});
    expect(again).toEqual({manifest, unchanged: true, calls: 0});
  });
});
