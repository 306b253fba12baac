import {existsSync} from "node:fs";
import {statfs} from "node:fs/promises";
import {
  isAdapter,
  isWeightFile,
  listModels,
  type ModelManifest,
  ownBase
} from "../../weights/models/index.js";
import type {SearchCandidates} from "./candidates.js";
import type {SearchModels} from "./space.js";
import {makeFolder} from "../../base/system/files.js";

/** What the merges of a search need on the disk, in bytes. */
export interface DiskSpace {
  /** Merges that are not in the store yet. */
  merges: number;
  /** Of each merge: as much as the largest of its models. */
  each: number;
  free: number;
}

/** What the merges of a search will need on the disk that holds the models, and what is free there. */
export async function spaceFor(
  {models, base}: SearchModels,
  {tries, average}: Pick<SearchCandidates, "tries" | "average">,
  {modelsDir, project}: {modelsDir: string; project: string}
): Promise<DiskSpace> {
  const known = await listModels(modelsDir);
  const isMade = (name: string) =>
    known.some(
      (one) =>
        one.name === name &&
        one.removed === undefined &&
        models.every(({id}) => one.parents.some((parent) => parent.id === id))
    );
  const sizes = await Promise.all(
    [...models, ...(base ? [base] : [])].map(async (model) => {
      const whole = isAdapter(model) ? (await ownBase(modelsDir, model, project)).base : model;
      return whole ? weightBytes(whole) : 0;
    })
  );
  if (!existsSync(modelsDir)) await makeFolder(modelsDir);
  const {bavail, bsize} = await statfs(modelsDir);
  return {
    merges: [average, ...tries].filter((name) => !isMade(name)).length,
    each: Math.max(...sizes),
    free: bavail * bsize
  };
}

function weightBytes({files}: ModelManifest): number {
  const weights = files.filter(({path}) => isWeightFile(path));
  return (weights.length > 0 ? weights : files).reduce((sum, {bytes}) => sum + bytes, 0);
}
