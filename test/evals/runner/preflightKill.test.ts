// @module-tag long
import {spawn} from "node:child_process";
import {afterAll, expect, it} from "vitest";
import {runEval} from "../../../src/evals/runner/index.js";
import {openStore} from "../../../src/base/store/index.js";
import {childScript} from "../../support/childScript.js";
import {startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {openWordsProject, server, wordsEval, wordsProject} from "./support/project.js";

const script = await childScript(new URL("support/killedRun.ts", import.meta.url));
const PROBE = "Answer with the word yes.";
const open: {close(): Promise<void> | void}[] = [];
afterAll(() => Promise.all(open.map((one) => one.close())));

it("a preflight that was paid for is not asked again after a kill, nor by another run; a server that is gone is told all the same", async () => {
  const folder = await temporaryProject();
  (await wordsProject(folder, 60)).store.close();
  let onRow: (() => void) | undefined;
  const model = await startModelServer({
    models: ["test-model", "test-model-2"],
    behave: ({prompt}) => (prompt === PROBE ? undefined : (onRow?.(), {latencyMs: 20}))
  });
  open.push(model);
  const probes = () => model.requests.filter(({prompt}) => prompt === PROBE).length;
  const start = () => spawn(process.execPath, [script, folder, model.url, "0", "preflight"]);

  const killed = start();
  onRow = () => killed.kill("SIGKILL");
  await new Promise((resolve) => killed.once("close", resolve));
  onRow = undefined;
  expect(probes()).toBe(2);

  const code = await new Promise((resolve) => start().once("close", resolve));
  expect(code).toBe(0);
  expect(probes()).toBe(2);

  const store = await openStore(folder);
  open.push(store);
  const project = await openWordsProject(store);
  const [sealed] = await store.runs();
  expect(sealed!.status).toBe("complete");
  expect(sealed!.preflightCalls).toMatchObject({
    calls: 2,
    models: ["test-model", "test-model-2"].map((name) => ({
      endpoint: "local",
      model: name,
      answers: 1,
      counted: 1
    }))
  });
  const definition = wordsEval(server(model.url));
  const inputs = {...project, evalName: "other"};
  const dry = async (options: object = {}) =>
    (await runEval(definition, {...inputs, options: {dryRun: true, limit: 4, noReuse: true, ...options}}))
      .dryRun!.preflightCalls;
  expect(await dry()).toBe(2);
  // Every answer of a row is in the store already: it is asked again only with --no-reuse, and then the preflight is, too.
  const changed = wordsEval(server(model.url), {prompt: "say {{text}}"});
  const other = await runEval(changed, {...inputs, options: {limit: 4}});
  expect(other.calls).toBeGreaterThan(0);
  expect([probes(), other.manifest!.preflightCalls]).toEqual([2, undefined]);
  // A day later it is no word on the endpoint any more.
  await runEval(changed, {
    ...inputs,
    options: {limit: 8},
    effects: {now: () => Date.now() + 25 * 3_600_000}
  });
  expect(probes()).toBe(4);
  await model.close();
  await expect(
    runEval(wordsEval(server(model.url), {prompt: "tell {{text}}"}), {...inputs, options: {limit: 4}})
  ).rejects.toThrow(/endpoints are not ready:\n {2}- one: local: No answer from/);
}, 60_000);
