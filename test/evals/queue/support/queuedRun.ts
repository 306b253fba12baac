import type {Endpoint} from "../../../../src/inference/endpoints/index.js";
import {openQueueLink, queueAddress, queueExecutor} from "../../../../src/evals/queue/index.js";
import {runEval, type RunInputs, type RunResult} from "../../../../src/evals/runner/index.js";
import {type Project, wordsEval} from "../../runner/support/project.js";

/** The most calls of a run in flight over all workers. */
export const MOST = 8;

/** Runs the eval of words, its calls made by the workers of a queue. */
export async function queuedRun(
  project: Project,
  valkey: string,
  endpoint: Endpoint,
  inputs: Partial<RunInputs> = {}
): Promise<RunResult> {
  const link = await openQueueLink(queueAddress(valkey), {key: process.env["ASSAY_QUEUE_KEY"]});
  try {
    return await runEval(wordsEval(endpoint), {
      ...project,
      evalName: "words",
      createExecutor: queueExecutor(link, new Set([endpoint])),
      ...inputs,
      options: {concurrency: MOST, preflight: false, ...inputs.options}
    });
  } finally {
    link.close();
  }
}
