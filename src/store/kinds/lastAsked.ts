import type {RunManifest} from "../schema.js";

/** The ISO time at which a run was last asked for: that of its start, or of a later one that ended with it. */
export function lastAsked({startedAt, askedAt}: Pick<RunManifest, "startedAt" | "askedAt">): string {
  return askedAt !== undefined && askedAt > startedAt ? askedAt : startedAt;
}
