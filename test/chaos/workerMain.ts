import {createSealing, queueAddress, startWorker} from "../../src/evals/queue/index.js";
import {endpointsAt, MOST} from "./project.js";

/** `workerMain.ts VALKEY SERVER`: prints "ready" when it takes calls. */
const [valkey, url] = process.argv.slice(2) as [string, string];
await startWorker(queueAddress(valkey), {
  reached: endpointsAt(url).map((endpoint, i) => ({endpoint, model: i ? "test-model-2" : "test-model"})),
  concurrency: MOST,
  sealing: createSealing(process.env["ASSAY_QUEUE_KEY"]),
  lockMs: 1500
});
console.log("ready");
