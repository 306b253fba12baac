import type {HostingModel} from "./types.js";

const NAMES = {api: "hosted API", edge: "edge device", "on-prem": "own server", cloud: "rented cloud"};

/** A short name for readers: what it is, and who runs it where somebody else does. */
export function hostingName(hosting: HostingModel): string {
  const name = NAMES[hosting.kind];
  return "provider" in hosting && hosting.provider ? `${name} (${hosting.provider})` : name;
}
