import type {Endpoint} from "../../inference/endpoints/index.js";
import {hashJson} from "../../base/system/index.js";
import type {QueueSealing} from "./sealing.js";

/**
 * The name of an endpoint's queue. Workers have another one when their definition names another server, another
 * variable for its key or another retry policy, or when they have another key of the queue.
 */
export async function queueNameOf(
  endpoint: Endpoint,
  model: string,
  {keyprint}: QueueSealing
): Promise<string> {
  const {name, kind, asksWith, callPolicy} = endpoint;
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40);
  const identity = await endpoint.identity(model);
  return `${words}-${hashJson({name, kind, identity, asksWith, callPolicy, keyprint}).slice(0, 12)}`;
}

/** Whether `queueNameOf` could have given the name. */
export const isQueueName = (name: string): boolean => /^[a-z0-9-]{0,40}-[0-9a-f]{12}$/.test(name);
