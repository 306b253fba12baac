import {join} from "node:path";
import {text} from "../../validation/checked.js";
import {fileForm} from "../../validation/fileForm.js";
import {writeJsonAtomic} from "../../system/files.js";
import type {RecordLocation, Kind, Workspace} from "./kind.js";
import {modelKind} from "./model.js";
import {retainedVersions, versionReference} from "./version.js";
import {manifestsOf, readRecord} from "./records.js";

/** What a training that can be gone on with is of. */
export interface StoppedTraining {
  /** The model that it makes. */
  name: string;
  dataset: string;
  /** Id of the dataset's version. */
  version: string;
  /** When it was begun, or last gone on with. */
  startedAt: string;
}

const about = (workspace: Workspace, {manifestKey}: RecordLocation) =>
  readRecord(workspace, stoppedTrainingKind, manifestKey).catch(() => undefined);

/**
 * Trainings that were stopped, to be gone on with: weights on their way, which learned from rows. A purge takes one that does
 * not say of which dataset, too.
 */
export const stoppedTrainingKind: Kind<Partial<StoppedTraining>> = {
  name: "stopped training",
  at: "models/.training/{id}",
  manifest: "about.json",
  form: fileForm<Partial<StoppedTraining>>(
    {
      dataset: text(),
      version: text().optional(),
      name: text().optional(),
      startedAt: text().optional()
    },
    "Remove its folder: the training begins anew."
  ),
  shown: false,
  async refersTo(found, workspace) {
    const {dataset, version} = (await about(workspace, found)) ?? {};
    return dataset !== undefined && version !== undefined ? [versionReference(dataset, version)] : [];
  },
  collect: {
    async stays(workspace, {keep}) {
      // A training under way does not say which it is.
      if ((await workspace.held("build-")).length > 0) return () => true;
      const retained = await retainedVersions(workspace, keep);
      const made = new Map<string, string>();
      for (const {name, createdAt = ""} of await manifestsOf(workspace, modelKind))
        if (createdAt > (made.get(name) ?? "")) made.set(name, createdAt);
      return ({name, dataset, version, startedAt}) =>
        // Earlier releases told the dataset alone.
        version === undefined ||
        (retained.has(versionReference(dataset!, version)) && !((made.get(name!) ?? "") > startedAt!));
    }
  },
  async erase(found, {workspace, dataset}) {
    const of = (await about(workspace, found))?.dataset;
    if (of !== undefined && of !== dataset) return {};
    await workspace.place.remove(found.key);
    return {dropped: true};
  }
};

/** The folder on this machine where a training keeps what it needs to go on, among the models of `models` (`modelsDir`). */
export function trainingDir(models: string, id: string): string {
  return join(models, ".training", id);
}

/**
 * Says in the folder of a training what it is of: a purge of the dataset, and `assay gc`, go by it.
 * @param training with the version's id or its whole hash, of which the id is the first digits
 */
export function noteTraining(folder: string, training: StoppedTraining): Promise<void> {
  return writeJsonAtomic(join(folder, "about.json"), {...training, version: training.version.slice(0, 16)});
}
