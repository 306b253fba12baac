import {setTimeout as sleep} from "node:timers/promises";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {queueAddress} from "../../../src/evals/queue/index.js";
import {OpenRequest} from "../../../src/evals/queue/coordinator/openRequest.js";
import {SentJobs, SWEEP_MS} from "../../../src/evals/queue/coordinator/sentJobs.js";
import type {CallJobData} from "../../../src/evals/queue/protocol.js";
import {openJobQueue, openJobSource} from "../../../src/evals/queue/server/jobQueue.js";
import {connect, type Redis} from "../../../src/evals/queue/server/redis.js";
import type {CallRequest} from "../../../src/evals/runner/index.js";
import {hasValkey, startValkey, type Valkey} from "./support/valkey.js";

describe.skipIf(!hasValkey())("jobs that were sent", () => {
  let valkey: Valkey;
  let redis: Redis;
  beforeAll(async () => {
    valkey = await startValkey();
    redis = await connect(queueAddress(valkey.url), () => undefined, 60_000);
  });
  afterAll(async () => {
    redis.disconnect();
    await valkey.close();
  });

  it(
    "wait for `assay queue retry` from when they fail, each time that they do",
    {tags: ["long"]},
    async () => {
      const queue = await openJobQueue(redis, "queue");
      const dying = await openJobSource(redis, "queue", 30_000);
      const said: string[] = [];
      const giveUpMs = 1500;
      const jobs = new SentJobs({
        channel: {fetch: async () => undefined, deadAttempts: async () => new Map([[0, 7]])},
        giveUpMs,
        onNote: (text) => void said.push(text),
        onLost: () => void said.push("lost"),
        onFailed: (dead) =>
          dead.forEach(({key, error}) =>
            said.push(`${key} failed for good after ${error!.attempts} attempts`)
          )
      });
      await queue.add("calls", {} as CallJobData, {jobId: "job"});
      jobs.add("job", {jobs: queue, endpoint: {name: "e"}} as never, [
        new OpenRequest({key: "k"} as CallRequest)
      ]);
      const fail = async (token: string) => {
        const job = await dying.getNextJob(token, {block: false});
        await job!.moveToFailed(new Error("every worker that took it died"), token);
      };
      // Longer than a failed job is waited for.
      await sleep(SWEEP_MS + 100);
      await fail("one");
      await jobs.sweep();
      const told = expect.stringMatching(/^e: a job with 1 requests failed/);
      expect(said).toEqual([told]);
      await queue.retryJobs({state: "failed"});
      await jobs.sweep();
      await sleep(giveUpMs);
      await fail("two");
      await jobs.sweep();
      expect(said).toEqual([told, told]);
      await sleep(giveUpMs);
      await jobs.sweep();
      expect(said).toEqual([
        told,
        told,
        expect.stringMatching(/^e: 1 requests have failed, .* 1 of them had been called, 7 times in all$/),
        "k failed for good after 7 attempts"
      ]);
      await dying.close(true);
      await queue.close();
    }
  );
});
