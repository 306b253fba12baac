import {writeFileSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {
  candidate,
  compareRuns,
  listRuns,
  runEval,
  runEvalPreflight,
  runsUnderWay,
  unsealedRuns
} from "../../../../src/evals/runner/index.js";
import type {RunStart} from "../../../../src/evals/runner/journal/folder.js";
import {writeJsonAtomic} from "../../../../src/base/system/index.js";
import {type ModelServer, startModelServer} from "../../../support/modelServer.js";
import {temporaryProject, temporaryWorkspace} from "../../../support/temporaryWorkspace.js";
import {type Project, server, wordsEval, wordsProject} from "../support/project.js";
import {runDir} from "../../../support/folders.js";

describe("unsealedRuns", () => {
  it("names starts that were stopped or are under way, with the calls that have ended", async () => {
    const workspace = await temporaryWorkspace();
    const begin = async (id: string, startedAt: string, journal?: string) => {
      await writeJsonAtomic(join(runDir(workspace, id), "start.json"), {
        planHash: "00",
        startedAt,
        noReuse: false,
        calls: {planned: 8, candidates: ["one", "two"], each: 2}
      });
      if (journal !== undefined) writeFileSync(join(runDir(workspace, id), "journal.ndjson"), journal);
    };
    await begin("a-b-0123456789ab", "2026-01-01T00:00:00.000Z", '{"n":0}\n{"n":1}\n{"n":');
    await begin("words-0123456789ab-2", "2026-01-02T00:00:00.000Z", "");
    await begin("sealed-0123456789ab", "2026-01-03T00:00:00.000Z");
    await workspace.lease("run-words-0123456789ab-2", {what: "the run"}, async () => {
      const [running, stopped, ...others] = await unsealedRuns(workspace);
      expect(running).toMatchObject({id: "words-0123456789ab-2", eval: "words", journaled: 0});
      expect(running!.underWay).toMatch(new RegExp(`^the run is under way in process ${process.pid} since`));
      expect(stopped).toEqual({
        id: "a-b-0123456789ab",
        eval: "a-b",
        startedAt: "2026-01-01T00:00:00.000Z",
        journaled: 2
      });
      expect(others).toEqual([]);
      const lines = [
        {n: 1, status: "completed", latency_ms: 12, output: "a secret"},
        {n: 6, status: "failed", reason: "no answer within 30 s"}
      ].map((line) => `${JSON.stringify(line)}\n`);
      writeFileSync(join(runDir(workspace, running!.id), "journal.ndjson"), `${lines.join("")}{"n":7,"st`);
      expect(await runsUnderWay(workspace)).toEqual([
        {
          id: running!.id,
          eval: "words",
          ended: 2,
          planned: 8,
          newest: [
            {candidate: "two", row: 2, failed: "no answer within 30 s"},
            {candidate: "one", row: 1, ms: 12}
          ]
        }
      ]);
    });
  });
});

describe("compareRuns", () => {
  let model: ModelServer;
  let project: Project;
  const ids: string[] = [];
  beforeAll(async () => {
    // The answer is the last word; the second prompt ends with a colour that is right for the red rows only.
    model = await startModelServer({models: ["test-model", "test-model-2"]});
    project = await wordsProject(await temporaryProject(), 80);
    for (const prompt of ["{{text}}", "{{text}} red"]) {
      const {manifest} = await runEval(wordsEval(server(model.url), {prompt}), {
        ...project,
        evalName: "words",
        options: {preflight: false}
      });
      ids.push(manifest!.id);
    }
  });
  afterAll(async () => {
    project.store.close();
    await model.close();
  });

  it("says by how much each candidate changed on the rows both runs scored, and what was not the same", async () => {
    const [a, b] = ids as [string, string];
    const compared = await compareRuns(project.store, a, b);
    const rows = project.split.counts["test"]!;
    expect(compared.rows).toEqual({a: rows, b: rows, shared: rows});
    expect(compared.changed.map(({what}) => what)).toEqual(["prompt default"]);
    const truth = (
      await project.store.rows<{answer: string; text: string}>(
        "select answer, text from words join parts using (row_id) where part = 'test'"
      )
    ).map(({answer, text}) => ({
      before: text.endsWith(answer) ? 1 : 0,
      after: answer === "red" ? 1 : 0,
      changed: !text.endsWith("red")
    }));
    const one = compared.candidates[0]!;
    expect(one.difference!.estimate).toBeCloseTo(
      truth.reduce((sum, {before, after}) => sum + after - before, 0) / rows,
      12
    );
    expect(one.difference!.meanB - one.difference!.meanA).toBeCloseTo(one.difference!.estimate, 12);
    expect(one.difference!.low).toBeLessThan(one.difference!.estimate);
    expect(one).toMatchObject({
      candidate: "one",
      improved: truth.filter(({before, after}) => after > before).length,
      worsened: truth.filter(({before, after}) => after < before).length,
      outputsChanged: truth.filter(({changed}) => changed).length
    });
    expect(one.a!.mean).toBeCloseTo(truth.filter(({before}) => before).length / rows, 12);
  });

  it("compares a run with itself as no difference", async () => {
    const same = await compareRuns(project.store, ids[0]!, ids[0]!);
    expect(same.changed).toEqual([]);
    expect(
      same.candidates.map(({difference, outputsChanged}) => [difference!.estimate, outputsChanged])
    ).toEqual([
      [0, 0],
      [0, 0]
    ]);
  });

  it("names the command that lists runs when there is no such run", async () => {
    await expect(compareRuns(project.store, ids[0]!, "gone")).rejects.toThrow(
      /no run gone. `assay runs` lists them/
    );
  });

  it("lists the newest run first", async () => {
    expect((await listRuns(project.store)).map(({id}) => id)).toEqual([...ids].reverse());
  });

  it("notes of a run under way the calls that it makes, without the answers that it reuses", async () => {
    const {workspace} = project.store;
    const planned = async (id: string) =>
      (JSON.parse(await readFile(join(runDir(workspace, id), "start.json"), "utf8")) as RunStart).calls
        ?.planned;
    const rows = project.split.counts["test"]!;
    expect(await planned(ids[0]!)).toBe(2 * rows);
    const {manifest} = await runEval(wordsEval(server(model.url), {prompt: "{{text}}"}), {
      ...project,
      evalName: "few",
      options: {preflight: false, limit: 3}
    });
    expect(manifest!.counts.reused).toBe(6);
    expect(await planned(manifest!.id)).toBe(0);
  });

  it("checks an eval's endpoints without asking a row", async () => {
    const before = model.requests.length;
    const good = await runEvalPreflight(project.store, "words", wordsEval(server(model.url)), "words");
    expect(good.some(({status}) => status === "error")).toBe(false);
    expect(model.requests.slice(before).every(({prompt}) => !prompt.startsWith("item"))).toBe(true);
    const gone = wordsEval(server(model.url), {
      candidates: [candidate("far", server("http://127.0.0.1:9"), "m")],
      expected: "answer"
    });
    expect(await runEvalPreflight(project.store, "words", gone, "words")).toContainEqual(
      expect.objectContaining({what: "words: far", status: "error"})
    );
    expect(await runEvalPreflight(project.store, "words", gone, "never-pulled")).toMatchObject([
      {check: "dataset", status: "warning"},
      {what: "words: far", status: "error"}
    ]);
  });

  it("names candidates that an eval makes itself, and does not make them", async () => {
    let made = 0;
    const trained = {
      name: "trained",
      prepare: () => {
        made++;
        throw new Error("made");
      }
    };
    const found = await runEvalPreflight(
      project.store,
      "words",
      wordsEval(server(model.url), {candidates: [trained]}),
      "words"
    );
    expect(found).toContainEqual({
      what: "words: trained",
      check: "model",
      status: "ok",
      message: "made here when the eval runs"
    });
    expect(made).toBe(0);
  });
});
