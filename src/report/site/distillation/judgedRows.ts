import type {JudgedRows} from "../../../evals/distillation/index.js";
import type {RunManifest, Store} from "../../../base/store/index.js";
import {runVerdict, type RunVerdict} from "../runVerdict.js";

/** The rows of a run and those that no candidate is known to have learned from, with the run's verdict. */
export async function judgedRows(
  store: Store,
  run: RunManifest,
  margin: number
): Promise<JudgedRows & Pick<RunVerdict, "verdict"> & {unknown: readonly string[]}> {
  const {table, verdict, contamination} = await runVerdict(store, run, {margin});
  return {
    table,
    clean: contamination?.cleanTable ?? table,
    scale: verdict.scale,
    margin,
    verdict,
    unknown: contamination?.unknown ?? []
  };
}
