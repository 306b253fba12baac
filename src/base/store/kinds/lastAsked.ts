import type {RunManifest} from "../records/run.js";

/** The ISO time at which a run was last asked for: that of its start, or of a later one that ended with it. */
export function lastAsked({startedAt, askedAt}: Pick<RunManifest, "startedAt" | "askedAt">): string {
  return askedAt !== undefined && askedAt > startedAt ? askedAt : startedAt;
}

interface EvalPart {
  eval?: string;
  split?: {name: string; part: string};
}

/** Whether two runs or races are of one eval, split and part: of these the one last asked for decides. */
export function isBeside(one: EvalPart, other: EvalPart): boolean {
  return (
    one.eval === other.eval && one.split?.name === other.split?.name && one.split?.part === other.split?.part
  );
}
