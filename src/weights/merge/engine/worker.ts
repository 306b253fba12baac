import {parentPort, workerData} from "node:worker_threads";
import {ThreadFiles} from "./files.js";
import {runJob, type JobWork} from "./runJob.js";
import {SharedState} from "./shared.js";
import {ThreadBuffers} from "./scratch.js";
import {MergeStopped} from "./tensor.js";

const {work, buffer} = workerData as {work: JobWork[]; buffer: SharedArrayBuffer};
const state = new SharedState(buffer);
const files = new ThreadFiles();
const scratch = new ThreadBuffers();
try {
  for (let i = state.next(); i < work.length && !state.stopped; i = state.next()) {
    const result = runJob(work[i]!, files, scratch, () => state.stopped);
    state.addBytes(result.bytesWritten);
    parentPort!.postMessage({index: i, result});
  }
} catch (error) {
  if (!(error instanceof MergeStopped)) throw error;
} finally {
  files.close();
}
