import type {CostHosting} from "./types.js";

/** What a kind of hosting is called. */
export const HOSTING_NAMES = {
  api: "hosted API",
  edge: "edge device",
  "on-prem": "own server",
  cloud: "rented cloud",
  unknown: "place not known"
};

/** A short name for readers: what it is, and who runs it where somebody else does. */
export function hostingName(hosting: CostHosting): string {
  const name = HOSTING_NAMES[hosting.kind];
  return "provider" in hosting && hosting.provider ? `${name} (${hosting.provider})` : name;
}
