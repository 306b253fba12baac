import {recordFinalRun, whoOpens} from "../../../base/store/index.js";
import type {EvalTask} from "../task.js";

/**
 * Notes who opens a held-out part, when and why, before a row of it is read; does nothing for another part. The name is
 * ASSAY_USER, else the system's user. Throws UserError when `options.why` says nothing.
 * @param rows rows of the part that are open to this run
 */
export async function openHeldOut({resolved, inputs, effects}: EvalTask, rows: number): Promise<void> {
  const {store, version, split, options = {}} = inputs;
  if (resolved.part !== "held-out") return;
  await recordFinalRun(store.workspace, {
    at: new Date(effects.now()).toISOString(),
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
