import {parentPort, workerData} from "node:worker_threads";
import {type TaskName, tasks} from "./scanTasks.js";

/** Scans the rows of each message and answers with what was found in them. */
const {name, settings} = workerData as {name: TaskName; settings: unknown};
const task = tasks[name] as (rows: unknown, settings: unknown) => unknown;
parentPort!.on("message", (rows: unknown) => {
  parentPort!.postMessage(task(rows, settings));
});
