import {type Endpoint, EndpointError} from "../../../inference/endpoints/index.js";
import {UserError} from "../../../base/validation/index.js";
import {queueNameOf} from "../keys.js";
import type {WorkerOptions} from "./worker.js";

const CHECK_MS = 10_000;

/** By name, the queues of the endpoints that this worker has the keys of. Says which it has not. */
export async function workerQueues({
  reached,
  sealing,
  onMessage
}: Pick<WorkerOptions, "reached" | "sealing" | "onMessage">): Promise<Map<string, Endpoint>> {
  const queues = new Map<string, Endpoint>();
  const refusals = new Map<Endpoint, string | undefined>();
  for (const {endpoint, model} of reached) {
    if (!refusals.has(endpoint)) refusals.set(endpoint, await refusalBy(endpoint, model));
    if (refusals.get(endpoint) === undefined)
      queues.set(await queueNameOf(endpoint, model, sealing), endpoint);
  }
  for (const why of new Set(refusals.values()))
    if (why !== undefined) onMessage?.(`it takes no calls for ${why}`);
  if (queues.size > 0) return queues;
  throw new UserError(
    "this worker has no endpoint that it can call. It needs the project's evals with candidates on hosted or OpenAI-compatible endpoints, and their keys in its environment."
  );
}

/** Why the server refuses this worker's key: asks for the list of models, which costs nothing. */
async function refusalBy(endpoint: Endpoint, model: string): Promise<string | undefined> {
  try {
    await endpoint.shutdownDate?.(model, AbortSignal.timeout(CHECK_MS));
  } catch (error) {
    if (error instanceof EndpointError && error.kind === "auth") return `${endpoint.name}: ${error.message}`;
  }
  return undefined;
}
