import {setTimeout as sleep} from "node:timers/promises";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {queueAddress} from "../../../src/evals/queue/index.js";
import {openJobs, openQueue} from "../../../src/evals/queue/jobs.js";
import type {JobData} from "../../../src/evals/queue/protocol.js";
import {connect, type Redis} from "../../../src/evals/queue/redis.js";
import {SentJobs, SWEEP_MS} from "../../../src/evals/queue/sentJobs.js";
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
      const queue = await openQueue(redis, "lane");
      const dying = await openJobs(redis, "lane", 30_000);
      const said: string[] = [];
      const giveUpMs = 1500;
      const jobs = new SentJobs({
        coordination: {fetch: async () => undefined} as never,
        giveUpMs,
        onMessage: (message) => void said.push(message),
        lost: () => void said.push("lost"),
        failed: (keys) => void said.push(`${keys} failed for good`)
      });
      await queue.add("calls", {} as JobData, {jobId: "job"});
      jobs.add("job", {queue, endpoint: {name: "e"}} as never, [{request: {key: "k"}} as never]);
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
      expect(said).toEqual([told, told, "k failed for good"]);
      await dying.close(true);
      await queue.close();
    }
  );
});
