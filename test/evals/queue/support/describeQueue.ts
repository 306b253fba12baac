import {afterAll, beforeAll, describe} from "vitest";
import {
  createSealing,
  openQueueLink,
  queueAddress,
  queueExecutor,
  startWorker
} from "../../../../src/evals/queue/index.js";
import {describeExecutor} from "../../runner/executorSuite.js";
import {hasValkey, startValkey, type Valkey} from "./valkey.js";

/** What every executor does, done by two workers of a queue. */
export function describeQueue(name: string, key?: string): void {
  describe.skipIf(!hasValkey())("a queue on Valkey", () => {
    let valkey: Valkey;
    beforeAll(async () => {
      valkey = await startValkey();
    });
    afterAll(() => valkey.close());

    describeExecutor(name, async (setup) => {
      const address = queueAddress(valkey.url);
      const reached = [...setup.endpoints.values()].map((endpoint) => ({endpoint, model: "test-model"}));
      const workers = await Promise.all(
        [0, 1].map(() => startWorker(address, {reached, concurrency: 8, sealing: createSealing(key)}))
      );
      const link = await openQueueLink(address, {key});
      const executor = queueExecutor(link, new Set(setup.endpoints.values()))(setup);
      return {
        executor,
        async close() {
          await Promise.all(workers.map((worker) => worker.close()));
          link.close();
        }
      };
    });
  });
}
