import {basename, isAbsolute} from "node:path";
import {type LineageGraph, listModels, storedLineage} from "../../weights/models/index.js";
import {modelsDir, type RunManifest, type Store} from "../../base/store/index.js";
import {contaminatedRows} from "./contaminatedRows.js";
import {TrainedTexts} from "./contamination.js";
import {publishingOf} from "./publishing.js";
import {shownEnd, withKeptReasons} from "./shownReasons.js";
import type {ModelsData, RunsData} from "./types.js";

/** Every model's record: what merges and fine-tunes were made from. A folder outside the project is told by its name alone. */
export async function models(store: Store): Promise<ModelsData> {
  const found = await listModels(modelsDir(store.workspace));
  return {models: found.map((model) => ({...model, folder: model.folder && shownFolder(model.folder)}))};
}

function shownFolder(folder: string): string {
  return isAbsolute(folder) || folder.startsWith("..") ? basename(folder) : folder;
}

/** Every sealed run's record, the newest first; why one was stopped as its rows are published. */
export async function runs(store: Store): Promise<RunsData> {
  const shown: RunManifest[] = [];
  await withKeptReasons(store.workspace, async (mask) => {
    for (const run of await store.runs())
      shown.push(
        run.stopped === undefined
          ? run
          : {...run, stopped: shownEnd(run, await publishingOf(store, run), mask)}
      );
  });
  return {runs: shown.reverse()};
}

/** The lineage of all that the store holds, as one graph, with the contaminated rows of its runs. */
export async function lineageData(store: Store): Promise<LineageGraph> {
  const graph = await storedLineage(store);
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const texts = new TrainedTexts();
  for (const run of await store.runs())
    nodes.get(`run:${run.id}`)!.contaminated = await contaminatedRows(store, run, texts);
  return graph;
}
