import {
  recordFinalRun,
  type SplitManifest,
  type VersionManifest,
  whoOpens,
  type Workspace
} from "../../../base/store/index.js";
import type {ResolvedEval, RunOptions} from "./resolve.js";

export interface OpenHeldOutInputs {
  workspace: Workspace;
  resolved: ResolvedEval;
  version: VersionManifest;
  split: SplitManifest;
  /** Rows of the part that are open to this run. */
  rows: number;
  options: RunOptions;
  /** Wall clock in milliseconds since 1970. */
  now(): number;
}

/**
 * Notes who opens a held-out part, when and why, before a row of it is read; does nothing for another part. The name is
 * ASSAY_USER, else the system's user. Throws UserError when `options.why` says nothing.
 */
export async function openHeldOut({
  workspace,
  resolved,
  version,
  split,
  rows,
  options,
  now
}: OpenHeldOutInputs): Promise<void> {
  if (resolved.part !== "held-out") return;
  await recordFinalRun(workspace, {
    at: new Date(now()).toISOString(),
    who: whoOpens(),
    why: options.why ?? "",
    eval: resolved.name,
    dataset: version.dataset,
    version: version.id,
    split: split.id,
    // A race notes once, in its first round, what it may open in all.
    rows: options.raceRound ? rows : Math.min(rows, options.limit ?? Infinity),
    dryRun: options.dryRun ?? false
  });
}
