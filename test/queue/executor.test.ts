import {afterAll, beforeAll, describe} from "vitest";
import {
  createSealing,
  openQueueLink,
  queueAddress,
  queueExecutor,
  startWorker
} from "../../src/queue/index.js";
import {describeExecutor} from "../runner/executorSuite.js";
import {hasValkey, startValkey, type Valkey} from "./support/valkey.js";

describe.skipIf(!hasValkey())("a queue on Valkey", () => {
  let valkey: Valkey;
  beforeAll(async () => {
    valkey = await startValkey();
  });
  afterAll(() => valkey.close());

  for (const [name, key] of [
    ["two workers", undefined],
    ["two workers and a key", Buffer.alloc(32, 7).toString("base64")]
  ] as const)
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
