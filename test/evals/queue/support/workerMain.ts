import {createSealing, queueAddress, startWorker} from "../../../../src/evals/queue/index.js";
import {server} from "../../runner/support/project.js";

/** A worker as a process that may be killed: `workerMain.ts VALKEY SERVER [CONCURRENCY]`. Prints "ready" when it takes calls. */
const [valkey, url, concurrency = "8"] = process.argv.slice(2) as [string, string, string?];
const endpoint = server(url);
const worker = await startWorker(queueAddress(valkey), {
  reached: [{endpoint, model: "test-model"}],
  concurrency: Number(concurrency),
  sealing: createSealing(process.env["ASSAY_QUEUE_KEY"]),
  lockMs: 1500
});
console.log("ready");
process.once("SIGTERM", () => void worker.close().then(() => process.exit(0)));
