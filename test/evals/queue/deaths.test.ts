import {type ChildProcess, spawn} from "node:child_process";
import {once} from "node:events";
import {Redis} from "ioredis";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {HEARTBEATS} from "../../../src/evals/queue/keys.js";
import {assay} from "../../support/assay.js";
import {childScript} from "../../support/childScript.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {writeWordsEval} from "./support/evalFile.js";
import {hasValkey, startValkey, type Valkey} from "./support/valkey.js";

const workerMain = await childScript(new URL("support/workerMain.ts", import.meta.url));
const isCall = ({prompt}: {prompt: string}) => prompt.startsWith("item ");
const REQUESTS = 5;
const AT_ONCE = 2;
const DEATHS = 5;

describe.skipIf(!hasValkey())("`assay run --queue` whose workers all die of its calls", () => {
  let valkey: Valkey;
  let model: ModelServer;
  let redis: Redis;
  beforeAll(async () => {
    const after = new Promise<void>(() => undefined);
    [valkey, model] = await Promise.all([
      startValkey(),
      startModelServer({behave: (request) => (isCall(request) ? {after} : undefined)})
    ]);
    redis = new Redis(valkey.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await Promise.all([valkey.close(), model.close()]);
  });

  it(
    "ends with exit code 1, and says how many calls were begun, and how often",
    {tags: ["long"]},
    async () => {
      const folder = await temporaryProject();
      await writeWordsEval(folder, model.url);
      const words = ["words", "--queue", valkey.url, "--limit", String(REQUESTS), "--give-up-after", "1"];
      const run = assay(folder, "run", ...words);
      const calls = () => model.requests.filter(isCall).length;
      let worker = await start(valkey.url, model.url);
      for (let deaths = 1; deaths <= DEATHS; deaths++) {
        await vi.waitUntil(() => calls() === AT_ONCE * deaths, {timeout: 60_000});
        // Without a worker for some seconds the run would stop. The last one marks the job as failed, and makes no call.
        const next = await start(valkey.url, model.url);
        worker.kill("SIGKILL");
        // The next need not wait until it has been silent for long.
        await redis.del(HEARTBEATS);
        worker = next;
      }
      const {code, stdout, stderr} = await run;
      worker.kill("SIGKILL");
      expect(calls()).toBe(AT_ONCE * DEATHS);
      expect(stdout).toContain("2 calls made · 5 failed");
      expect(stdout).toContain("10 attempts failed without telling what they took");
      expect(stdout).toContain("No call was answered: every worker that took one died.");
      expect(stderr).toMatch(/local: 5 requests have failed, .* 2 of them had been called, 10 times in all/);
      expect(code).toBe(1);
    }
  );

  async function start(...words: string[]): Promise<ChildProcess> {
    const worker = spawn(process.execPath, [workerMain, ...words, String(AT_ONCE)], {
      stdio: ["ignore", "pipe", "inherit"]
    });
    await once(worker.stdout, "data");
    return worker;
  }
});
