import {spawn} from "node:child_process";
import {fileURLToPath} from "node:url";
import {afterAll, beforeAll, expect, it} from "vitest";
import {runEval} from "../../src/runner/index.js";
import {openStore} from "../../src/store/index.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {openWordsProject, server, wordsEval, wordsProject} from "./support/project.js";

const script = fileURLToPath(new URL("support/killedRun.ts", import.meta.url));

let model: ModelServer;
beforeAll(async () => {
  model = await startModelServer({latencyMs: 400});
});
afterAll(() => model.close());

it("two processes that make the same run: the second is refused by name, or waits and calls nothing", async () => {
  const folder = await temporaryProject();
  const first = await wordsProject(folder, 100);
  const calls = 2 * first.split.counts["test"]!;
  first.store.close();
  const child = spawn(process.execPath, ["--import", "tsx", script, folder, model.url], {
    stdio: ["ignore", "pipe", "inherit"]
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  await new Promise<void>((resolve) =>
    child.stdout.on("data", (text: Buffer) => {
      if (text.toString().includes("running")) resolve();
    })
  );
  const store = await openStore(folder);
  const start = async (lockWaitMs: number, told: string[] = []) =>
    runEval(wordsEval(server(model.url)), {
      ...(await openWordsProject(store)),
      evalName: "words",
      options: {lockWaitMs, preflight: false},
      effects: {onMessage: (message) => told.push(message)}
    });
  await expect(start(0)).rejects.toThrow(
    new RegExp(`is under way in process ${child.pid} since .* Wait for it to end`)
  );
  const told: string[] = [];
  const {calls: made, manifest, unchanged} = await start(60_000, told);
  expect(told.join()).toMatch(new RegExp(`process ${child.pid} .*waiting for it`));
  expect(await ended).toBe(0);
  expect({made, unchanged}).toEqual({made: 0, unchanged: true});
  expect(manifest!.counts).toMatchObject({planned: calls, completed: calls, reused: 0});
  expect(model.requests.length).toBe(calls);
  store.close();
});
