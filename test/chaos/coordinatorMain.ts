import {openQueueLink, queueAddress, queueExecutor} from "../../src/evals/queue/index.js";
import {runEval} from "../../src/evals/runner/index.js";
import {openStore} from "../../src/base/store/index.js";
import {openWordsProject} from "../evals/runner/support/project.js";
import {chaosEval, endpointsAt, MOST} from "./project.js";

/** One start of the run: `coordinatorMain.ts PROJECT VALKEY SERVER`; without a queue when VALKEY is "-". */
const [folder, valkey, url] = process.argv.slice(2) as [string, string, string];
const store = await openStore(folder);
const endpoints = endpointsAt(url);
const link =
  valkey === "-"
    ? undefined
    : await openQueueLink(queueAddress(valkey), {key: process.env["ASSAY_QUEUE_KEY"]});
const {manifest, calls} = await runEval(chaosEval(endpoints), {
  ...(await openWordsProject(store)),
  evalName: "words",
  createExecutor: link && queueExecutor(link, new Set(endpoints)),
  options: {concurrency: MOST, preflight: false, lockWaitMs: 5000},
  effects: {onMessage: (message) => console.error(message)}
});
console.log(`${manifest?.status} after ${calls} calls`);
link?.close();
store.close();
