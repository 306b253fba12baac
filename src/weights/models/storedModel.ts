import {readFileSync, readdirSync} from "node:fs";
import {join} from "node:path";
import {nearest, UserError} from "../../base/validation/index.js";
import {isMeant} from "../../base/store/index.js";
import {withoutWeights} from "./adapted.js";
import {hasLoader} from "./architectures.js";
import {listModels} from "./registry.js";
import type {ModelManifest} from "./types.js";

/**
 * The model that a name or id means: of several with one name the newest, of those whose files are there where any is, and one with
 * that name before one that had it. Undefined when there is none.
 */
export function meantModel(known: readonly ModelManifest[], wanted: string): ModelManifest | undefined {
  const had = ({otherNames = []}: ModelManifest) => Number(otherNames.includes(wanted));
  return meantModels(known, wanted).sort(
    (a, b) => gone(a) - gone(b) || had(a) - had(b) || b.createdAt.localeCompare(a.createdAt)
  )[0];
}

/** All models that a name or id may mean. */
export function meantModels(known: readonly ModelManifest[], wanted: string): ModelManifest[] {
  return known.filter((model) => isMeant(model, wanted));
}

const gone = ({removed}: ModelManifest) => Number(removed !== undefined);

/** As `meantModel`, of the store. Throws a UserError that names the nearest one when there is none. */
export async function findStoredModel(modelsDir: string, wanted: string): Promise<ModelManifest> {
  return needModel(await listModels(modelsDir), wanted);
}

/** As `meantModel`. Throws a UserError that names the nearest one when there is none. */
export function needModel(known: readonly ModelManifest[], wanted: string): ModelManifest {
  const found = meantModel(known, wanted);
  if (found) return found;
  const names = [...new Set(known.map(({name}) => name))];
  const near = nearest(wanted, names);
  throw new UserError(
    `the store has no model ${JSON.stringify(wanted)}${near === undefined ? "." : `; did you mean ${JSON.stringify(near)}?`} It has ${names.slice(0, 20).join(", ") || "none"}${names.length > 20 ? " and others" : ""}. \`assay models\` lists them.`
  );
}

/** As `findStoredModel`, at once: for what may not wait, such as the hash of a configuration. */
export function findStoredModelSync(modelsDir: string, wanted: string): ModelManifest {
  return needModel(listModelsSync(modelsDir), wanted);
}

/** As `listModels`, at once and in no order. */
export function listModelsSync(modelsDir: string): ModelManifest[] {
  const known: ModelManifest[] = [];
  let folders: string[] = [];
  try {
    folders = readdirSync(modelsDir).filter((name) => !name.startsWith("."));
  } catch {
    // A store without models.
  }
  for (const folder of folders)
    try {
      known.push(JSON.parse(readFileSync(join(modelsDir, folder, "manifest.json"), "utf8")) as ModelManifest);
    } catch {
      // A folder without a manifest is no model.
    }
  return known;
}

/**
 * Why the weights of these models cannot be merged into one that can be used: there are none, or they have other
 * architectures, labels, or lists of tokens or words, so that their rows do not mean the same. Undefined when they can, or
 * when none is a model that this Assay classifies with.
 */
export function mergeConflict(models: readonly ModelManifest[]): string | undefined {
  const [first, ...others] = models;
  if (!first || !models.some(({architecture}) => hasLoader(architecture))) return undefined;
  for (const model of models) {
    const why = withoutWeights(model);
    if (why !== undefined) return `${model.name} cannot be merged: it is ${why}.`;
  }
  for (const other of others) {
    const between = `${other.name} and ${first.name}`;
    if (other.architecture !== first.architecture)
      return `${between} differ in architecture (${other.architecture}, ${first.architecture}) and cannot be merged.`;
    if (JSON.stringify(other.labels) !== JSON.stringify(first.labels))
      return `${between} differ in labels and cannot be merged.`;
    const hashes = new Map(first.files.map(({path, sha256}) => [path, sha256]));
    const unlike = other.files.find(({path, sha256}) => !isWeights(path) && hashes.get(path) !== sha256);
    if (unlike)
      return `${between} differ in ${unlike.path}: their rows do not stand for the same tokens, and they cannot be merged. Merge models that descend from one base.`;
  }
  return undefined;
}

function isWeights(path: string): boolean {
  return path.endsWith(".safetensors") || path === "config.json";
}
