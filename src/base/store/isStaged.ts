import type {RunCandidate} from "./records/run.js";

/** Whether several models answer as a candidate, in a cascade or reranked: their tokens have prices of their own. */
export function isStaged({identity}: Pick<RunCandidate, "identity">): boolean {
  return identity.cascade !== undefined || identity.reranked !== undefined;
}
