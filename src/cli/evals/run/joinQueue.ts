import type {CreateExecutor, EvalDefinition} from "../../../evals/runner/index.js";
import {note} from "../../terminal/terminal.js";
import {assayVersion} from "../../project/version.js";

/** `-j` of a run whose calls workers make, unless told: they have one of their own. */
const MOST = 256;

/**
 * The executor that leaves the calls of evals to the workers of a queue.
 * @param queue the server's address, or true for what ASSAY_QUEUE says
 */
export async function joinQueue(
  queue: string | true,
  concurrency: number | undefined,
  evals: readonly {definition: EvalDefinition}[]
): Promise<{createExecutor: CreateExecutor; close(): void}> {
  const {openQueueLink, PROTOCOL, queueAddress, queueExecutor} =
    await import("../../../evals/queue/index.js");
  const {reachedEndpoints} = await import("../queue/worker.js");
  const address = queueAddress(queue === true ? process.env["ASSAY_QUEUE"] : queue);
  const link = await openQueueLink(address, {
    key: process.env["ASSAY_QUEUE_KEY"],
    version: {protocol: PROTOCOL, release: assayVersion()},
    onMessage: (message) => note(`queue: ${message}`)
  });
  const reached = new Set(reachedEndpoints(evals).map(({endpoint}) => endpoint));
  return {
    createExecutor: queueExecutor(link, reached, {most: concurrency ?? MOST}),
    close: () => link.close()
  };
}
