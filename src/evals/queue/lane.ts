import type {Endpoint} from "../../inference/endpoints/index.js";
import {hashJson} from "../../base/system/index.js";
import type {Sealing} from "./sealing.js";

/**
 * The name of an endpoint's queue. Workers do not listen to it whose definition names another server, asks it with another
 * variable's key or by another policy, or who have another key of the queue.
 */
export async function laneOf(endpoint: Endpoint, model: string, {keyprint}: Sealing): Promise<string> {
  const {name, kind, asksWith, callPolicy} = endpoint;
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40);
  const identity = await endpoint.identity(model);
  return `${words}-${hashJson({name, kind, identity, asksWith, callPolicy, keyprint}).slice(0, 12)}`;
}

/** Whether `laneOf` could have given the name. */
export const isLane = (name: string): boolean => /^[a-z0-9-]{0,40}-[0-9a-f]{12}$/.test(name);
