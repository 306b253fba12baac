import {parentPort, workerData} from "node:worker_threads";
import {Files} from "./files.js";
import {runJob, type Work} from "./runJob.js";
import {SharedState} from "./shared.js";
import {Scratch} from "./scratch.js";
import {Stopped} from "./tensor.js";

const {work, buffer} = workerData as {work: Work[]; buffer: SharedArrayBuffer};
const state = new SharedState(buffer);
const files = new Files();
const scratch = new Scratch();
try {
  for (let i = state.next(); i < work.length && !state.stopped; i = state.next()) {
    const result = runJob(work[i]!, files, scratch, () => state.stopped);
    state.addBytes(result.bytesWritten);
    parentPort!.postMessage({index: i, result});
  }
} catch (error) {
  if (!(error instanceof Stopped)) throw error;
} finally {
  files.close();
}
