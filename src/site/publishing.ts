import {rollup} from "d3-array";
import {strictest} from "../datasets/index.js";
import type {Publishing, RunManifest, VersionManifest} from "../store/index.js";

/**
 * What the data page may show of a dataset's rows: a masked excerpt, or only ids and labels where the dataset, or the newest run
 * of any eval on it, says so.
 * @param versions of one dataset, the newest last
 * @param runs the oldest first
 */
export function publishing(versions: readonly VersionManifest[], runs: readonly RunManifest[]): Publishing {
  const newest = versions.at(-1);
  const own = runs.filter(({dataset}) => dataset.name === newest?.dataset);
  const byEval = rollup(
    own,
    (all) => all.at(-1)!.publish,
    (run) => run.eval
  );
  return strictest("masked", newest?.publish, ...byEval.values());
}
