import {existsSync} from "node:fs";
import {resolve} from "node:path";
import {isMeant, sameWeights} from "../../base/store/index.js";
import {listModels} from "./registry.js";
import {meantModel} from "./storedModel.js";
import type {ModelManifest} from "./types.js";

/**
 * Says which model is taken where a name means several with other weights, and how to name it for good; undefined where it means one,
 * or none.
 */
export function manyMeant(known: readonly ModelManifest[], wanted: string): string | undefined {
  const taken = meantModel(known, wanted);
  if (!taken) return undefined;
  const others = known.filter(
    (model) => isMeant(model, wanted) && model.removed === undefined && !sameWeights(model, taken)
  );
  if (others.length === 0) return undefined;
  const short = taken.id.slice(0, 12);
  const made = taken.createdAt.slice(0, 16).replace("T", " ");
  return `the store has ${others.length + 1} models called ${JSON.stringify(wanted)} with different weights. The newest is taken: ${short}, made ${made} UTC. Name it ${JSON.stringify(short)} to keep it when a newer one is made.`;
}

/** What `manyMeant` says of names that may also be paths, from the project or from here. */
export async function manyMeantOf(
  wanted: readonly string[],
  {modelsDir, project}: {modelsDir: string; project: string}
): Promise<string[]> {
  const known = await listModels(modelsDir);
  const isPath = (name: string) => [resolve(project, name), resolve(name)].some(existsSync);
  return wanted.flatMap((name) => (isPath(name) ? [] : (manyMeant(known, name) ?? [])));
}
