import type {HostingModel} from "./types.js";

/** What a kind of hosting is called. */
export const HOSTING_NAMES = {
  api: "hosted API",
  edge: "edge device",
  "on-prem": "own server",
  cloud: "rented cloud"
};

/** A short name for readers: what it is, and who runs it where somebody else does. */
export function hostingName(hosting: HostingModel): string {
  const name = HOSTING_NAMES[hosting.kind];
  return "provider" in hosting && hosting.provider ? `${name} (${hosting.provider})` : name;
}
