import {spawn} from "node:child_process";
import {afterAll, beforeAll, expect, it} from "vitest";
import {openStore} from "../../../src/base/store/index.js";
import {childScript} from "../../support/childScript.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {wordsProject} from "./support/project.js";

const script = await childScript(new URL("support/killedRun.ts", import.meta.url));

let model: ModelServer;
// The first run cannot end before the others have met it, however slowly they start.
const {promise: othersMet, resolve: release} = withResolvers();
beforeAll(async () => {
  model = await startModelServer({behave: () => ({after: othersMet})});
});
afterAll(() => model.close());

function start(folder: string, lockWaitMs: number) {
  const child = spawn(process.execPath, [script, folder, model.url, String(lockWaitMs)]);
  let said = "";
  const {promise: running, resolve: isRunning} = withResolvers();
  const {promise: waiting, resolve: isWaiting} = withResolvers();
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text: Buffer) => {
      said += text.toString();
      if (said.includes("running")) isRunning();
      if (said.includes("waiting for it")) isWaiting();
    });
  const ended = new Promise<{code: number | null; said: string}>((resolve) =>
    child.once("close", (code) => resolve({code, said}))
  );
  return {pid: child.pid, running, waiting, ended};
}

function withResolvers() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return {promise, resolve};
}

it(
  "two processes that make the same run: the second is refused by name, or waits and calls nothing",
  {tags: ["long"]},
  async () => {
    const folder = await temporaryProject();
    const project = await wordsProject(folder, 100);
    const calls = 2 * project.split.counts["test"]!;
    project.store.close();
    const first = start(folder, 0);
    await first.running;
    const second = start(folder, 0);
    const third = start(folder, 60_000);
    const refused = await second.ended;
    await Promise.race([third.waiting, third.ended]);
    release();
    const waited = await third.ended;
    const holder = `the run words-[0-9a-f]{12} is under way in process ${first.pid} since `;
    expect(refused.said).toMatch(new RegExp(`${holder}.*Wait for it to end, or stop that process`));
    expect(refused.code).toBe(1);
    expect(waited.said).toMatch(new RegExp(`${holder}.*waiting for it`));
    expect(waited.said).toContain("calls 0");
    expect((await first.ended).said).toContain(`calls ${calls}`);
    expect(model.requests.length).toBe(calls);
    const store = await openStore(folder);
    expect((await store.runs()).map(({counts}) => counts)).toMatchObject([
      {planned: calls, completed: calls, reused: 0}
    ]);
    store.close();
  }
);
