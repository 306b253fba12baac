import {parentsReader} from "../../base/store/index.js";
import {erasedTrainingNote} from "./erasedTraining.js";
import {readManifest} from "./registry.js";
import type {ModelManifest} from "./types.js";

export interface Ancestor {
  id: string;
  name: string;
  /** 0 for the model itself, 1 for its parents, and so on; the shortest way counts. */
  depth: number;
  /** Undefined when the parent's manifest is not in this store. */
  manifest?: ModelManifest;
}

/**
 * A model and everything it was made from, nearest first, each once; of what a job made, what that goes on from. Parents that are not in the store are
 * listed without a manifest: a lineage with a gap is shown as one. Throws when the model itself is unknown.
 */
export async function lineage(modelsDir: string, id: string): Promise<Ancestor[]> {
  const root = await readManifest(modelsDir, id);
  const found: Ancestor[] = [{id, name: root.name, depth: 0, manifest: root}];
  const seen = new Set([id]);
  const parentsOf = parentsReader(modelsDir);
  for (const ancestor of found) {
    for (const parent of await parentsOf(ancestor.manifest)) {
      if (seen.has(parent.id)) continue;
      seen.add(parent.id);
      const manifest = await readManifest(modelsDir, parent.id).catch(() => undefined);
      found.push({...parent, depth: ancestor.depth + 1, manifest});
    }
  }
  return found;
}

export interface TrainingRecords {
  records: NonNullable<ModelManifest["training"]>[];
  /** Models it was made from whose manifest is not in this store: what those learned from is not known. */
  gaps: {id: string; name: string}[];
  /** Datasets of which it learned from rows that were erased since: the records do not lead to those rows. */
  erased: string[];
}

/**
 * Rows (as hashes of training sets) a model has learned from, itself or through its parents: what a check for
 * leakage compares with a test part. With gaps or erased rows that is not all.
 */
export async function trainingRecords(modelsDir: string, id: string): Promise<TrainingRecords> {
  const ancestors = await lineage(modelsDir, id);
  const notes = await Promise.all(ancestors.map((one) => erasedTrainingNote(modelsDir, one.id)));
  return {
    records: ancestors.flatMap(({manifest}) => (manifest?.training ? [manifest.training] : [])),
    gaps: ancestors.flatMap(({id, name, manifest}) => (manifest ? [] : [{id, name}])),
    erased: [...new Set(notes.flatMap((note) => note?.dataset ?? []))]
  };
}
