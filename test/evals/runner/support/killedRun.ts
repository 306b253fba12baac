import {runEval} from "../../../../src/evals/runner/index.js";
import {openStore} from "../../../../src/base/store/index.js";
import {openWordsProject, server, wordsEval} from "./project.js";

/**
 * One start of an eval as a process that may be killed: `killedRun.ts PROJECT SERVER [LOCK_WAIT_MS [preflight]]`. Prints "planning" before it
 * begins, "running" and "sealing" as it gets there, and the number of calls at its end.
 */
const [folder, url, lockWaitMs = "0", preflight] = process.argv.slice(2) as [
  string,
  string,
  string?,
  string?
];
const store = await openStore(folder);
const project = await openWordsProject(store);
let phase = "planning";
console.log(phase);
const {calls} = await runEval(wordsEval(server(url)), {
  ...project,
  evalName: "words",
  options: {concurrency: 8, preflight: preflight !== undefined, lockWaitMs: Number(lockWaitMs)},
  effects: {
    onMessage: (message) => console.log(message),
    onProgress(progress) {
      if (progress.phase !== phase) console.log((phase = progress.phase));
    }
  }
});
console.log(`calls ${calls}`);
store.close();
