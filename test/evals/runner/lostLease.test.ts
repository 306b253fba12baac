import {existsSync, readdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, it} from "vitest";
import {runEval} from "../../../src/evals/runner/index.js";
import {runIds} from "../../../src/base/store/index.js";
import {runDir} from "../../support/folders.js";
import {startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {server, wordsEval, wordsProject} from "./support/project.js";

const ROWS = 400;

it("a run whose lease is lost while it makes its calls makes no more of them", async () => {
  const model = await startModelServer({models: ["test-model"], latencyMs: 50});
  const project = await wordsProject(await temporaryProject(), ROWS);
  const machine = new AbortController();
  const {workspace} = project.store;
  const {lease} = workspace;
  Object.assign(workspace, {
    lease: ((name, options, work) =>
      lease(name, options, (held) =>
        work(name.startsWith("run-") ? {...held, lost: machine.signal} : held)
      )) as typeof lease
  });
  const {manifest, calls} = await runEval(wordsEval(server(model.url)), {
    ...project,
    evalName: "words",
    options: {preflight: false, concurrency: 2},
    effects: {onProgress: ({phase}) => phase === "running" && model.requests.length > 0 && machine.abort()}
  });
  expect(manifest!.status).toBe("partial");
  expect(calls).toBeLessThan(ROWS / 2);
  project.store.close();
});

it.each(["running", "sealing"])(
  "a run that lost its lease to another machine while %s is not sealed, and keeps its journal",
  async (phase) => {
    const model = await startModelServer({models: ["test-model"]});
    const project = await wordsProject(await temporaryProject(), ROWS);
    const {workspace} = project.store;
    const locks = join(workspace.dir, "locks");
    const lose = () => {
      const other = {owner: "c", host: "elsewhere", pid: 1, what: "theirs", since: "2026-01-02"};
      const lock = readdirSync(locks).find((name) => name.startsWith("run-"))!;
      writeFileSync(join(locks, lock), JSON.stringify(other));
    };
    let lost = false;
    const started = runEval(wordsEval(server(model.url)), {
      ...project,
      evalName: "words",
      options: {preflight: false},
      effects: {
        onProgress(progress) {
          if (progress.phase === phase && !lost) lose();
          lost ||= progress.phase === phase;
        }
      }
    });
    await expect(started).rejects.toThrow(/the run words-.* could not keep its lock/);
    const [id] = await runIds(workspace);
    expect(existsSync(join(runDir(workspace, id!), "manifest.json"))).toBe(false);
    expect(existsSync(join(runDir(workspace, id!), "items.parquet"))).toBe(false);
    expect(existsSync(join(runDir(workspace, id!), "journal.ndjson"))).toBe(true);
    project.store.close();
  }
);
