import {modelsDir, type Store} from "../store/index.js";
import {type ErasedTraining, erasedTrainingNote} from "./erasedTraining.js";
import {type LineageGraph, lineageGraph} from "./lineageGraph.js";
import {listModels} from "./registry.js";

/** The lineage of all that a store holds; of archived runs only when asked for. */
export async function storedLineage(
  store: Store,
  {archived}: {archived?: boolean} = {}
): Promise<LineageGraph> {
  const dir = modelsDir(store.workspace);
  const models = await listModels(dir);
  const erased = new Map<string, ErasedTraining>();
  for (const {id} of models) {
    const note = await erasedTrainingNote(dir, id);
    if (note) erased.set(id, note);
  }
  return lineageGraph({
    versions: await store.versions(),
    splits: await store.splits(),
    models,
    runs: await store.runs({archived}),
    erased
  });
}
