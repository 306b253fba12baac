import {noWorse, type NoWorse, type ScoreScale} from "../../../evals/decisions/index.js";
import type {RunManifest, Store} from "../../../base/store/index.js";
import {runVerdict} from "../runVerdict.js";

/** The error rate of the tests against the teacher, over all students together. */
const ALPHA = 0.05;

/** The rows of a run, those that no candidate is known to have learned from, and how candidates are tested on them. */
export async function judgedRows(store: Store, run: RunManifest, margin: number) {
  const {table, verdict, contamination} = await runVerdict(store, run, {margin});
  return {
    table,
    clean: contamination?.cleanTable ?? table,
    verdict,
    unknown: contamination?.unknown ?? [],
    terms: {margin, alpha: ALPHA, scale: verdict.scale}
  };
}

/** How a model in use does against its teacher, on rows that neither is known to have learned from. */
export async function judgedInUse(
  store: Store,
  run: RunManifest,
  {teacher, inUse, margin}: {teacher: string; inUse: string; margin: number}
): Promise<{judged: NoWorse; scale: ScoreScale}> {
  const {clean, terms} = await judgedRows(store, run, margin);
  return {judged: noWorse(clean, [inUse], teacher, terms)[0]!, scale: terms.scale};
}
