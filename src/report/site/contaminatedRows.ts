import {scoreTable} from "../../evals/decisions/index.js";
import type {ContaminatedRows} from "../../weights/models/index.js";
import {modelIdsOf, type RunManifest, type Store} from "../../base/store/index.js";
import {runContamination, type TrainedTexts} from "./contamination.js";

/**
 * What the candidates of a run had learned of the rows that they are scored on, as its verdict counts them: those whose training
 * is known, itself or through what they were made of. Undefined where none is.
 * @param texts what calls for several runs share
 */
export async function contaminatedRows(
  store: Store,
  run: RunManifest,
  texts?: TrainedTexts
): Promise<ContaminatedRows[] | undefined> {
  if (run.candidates.flatMap(modelIdsOf).length === 0) return undefined;
  const found = await runContamination(store, run, await scoreTable(store, run.id, run.primaryScorer), texts);
  return found?.candidates.map(({candidate, clean, near, contaminated, unknown}) => ({
    candidate,
    clean,
    near,
    contaminated,
    unknown
  }));
}
