import type {Endpoint} from "../endpoints/index.js";
import {hashJson} from "../store/index.js";
import type {Sealing} from "./sealing.js";

/**
 * The name of an endpoint's queue: workers whose definition names another server, or who have another key, do not listen
 * to it.
 */
export async function laneOf(endpoint: Endpoint, model: string, {keyprint}: Sealing): Promise<string> {
  const {name, kind} = endpoint;
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40);
  return `${words}-${hashJson({name, kind, identity: await endpoint.identity(model), keyprint}).slice(0, 12)}`;
}

/** Whether `laneOf` could have given the name. */
export const isLane = (name: string): boolean => /^[a-z0-9-]{0,40}-[0-9a-f]{12}$/.test(name);
