import {rollup} from "d3-array";
import {strictest} from "../../data/datasets/index.js";
import type {Publishing, RunManifest, Store, VersionManifest} from "../../base/store/index.js";
import {statedOfDataset, statedOfEval, type StatedPublishing, statedPublishing} from "./statedPublishing.js";

/**
 * What the data page may show of a dataset's rows: a masked excerpt, or only ids and labels where the dataset, its definition, or
 * the newest run or the definition of any eval on it says so.
 * @param versions of one dataset, the newest last
 * @param runs the oldest first
 */
export function publishing(
  versions: readonly VersionManifest[],
  runs: readonly RunManifest[],
  stated: StatedPublishing
): Publishing {
  const newest = versions.at(-1);
  const own = runs.filter(({dataset}) => dataset.name === newest?.dataset);
  const byEval = rollup(
    own,
    (all) => all.at(-1)!.publish,
    (run) => run.eval
  );
  return strictest(
    "masked",
    newest?.publish,
    newest && statedOfDataset(stated, newest.dataset),
    ...byEval.values(),
    ...[...byEval.keys()].map((name) => statedOfEval(stated, name))
  );
}

/**
 * What pages may show of a run's rows: the strictest of what it was sealed with, what its dataset's newest version says, and what
 * the definitions of both say now.
 */
export async function publishingOf(store: Store, run: RunManifest): Promise<Publishing> {
  const stated = await statedPublishing(store.workspace);
  const newest = (await store.versions(run.dataset.name)).at(-1);
  return strictest(
    run.publish ?? "masked",
    newest?.publish,
    statedOfDataset(stated, run.dataset.name),
    statedOfEval(stated, run.eval)
  );
}
