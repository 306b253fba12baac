import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {basename, isAbsolute, join, relative} from "node:path";
import {
  hasLoader,
  listModels,
  mergeConflict,
  type MergeRecord,
  modelFolder,
  type ModelManifest,
  readModelFile,
  recordModel,
  type RecordedModel,
  saveModel
} from "../models/index.js";
import {hashJson} from "../store/hash.js";
import type {MergeReport} from "./report.js";

/** What the lineage keeps of a merge's report: enough to draw how the parents relate, layer by layer. */
export function mergeRecord({
  seed,
  exact,
  parents,
  models,
  layers,
  tensors,
  warnings
}: MergeReport): MergeRecord {
  const base = parents.find((parent) => parent.base)?.model;
  return {
    seed,
    exact,
    base: base === undefined ? undefined : shortName(base),
    models: models.map(shortName),
    layers: layers.map(({relations, ...layer}) => ({
      ...layer,
      relations: {...relations, models: relations.models.map(shortName)}
    })),
    nonFinite: tensors.reduce((sum, {nonFinite}) => sum + nonFinite, 0),
    warnings
  };
}

/**
 * Enters a finished merge, and the documents it was built from, into the lineage in `modelsDir`. Weights stay in
 * their folder; parents that are in the lineage, or in it by the hashes of their files, are linked. A merge of classifiers
 * of the store is copied into it as one more, to be served, evaluated and merged like its parents.
 */
export async function recordMerge(
  report: MergeReport,
  {modelsDir, project}: {modelsDir: string; project: string}
): Promise<ModelManifest> {
  for (const step of report.steps) await recordMerge({...step, steps: []}, {modelsDir, project});
  const known = await listModels(modelsDir);
  const record = describe(report, known, project);
  const donor = classifierLike(report, record, known);
  if (!donor) return recordModel(modelsDir, record);
  const {name, parents, recipe, metrics, merge, settings} = record;
  const contents = async (paths: readonly string[], read: (path: string) => Promise<Buffer>) =>
    Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await read(path)] as const)));
  return saveModel(modelsDir, {
    name,
    parents,
    recipe,
    metrics,
    merge,
    architecture: donor.architecture,
    labels: donor.labels,
    settings: {...donor.settings, ...settings},
    files: await contents([WEIGHTS, "config.json"], (path) => readFile(join(report.out, path))),
    sharedFiles: await contents(
      donor.files.map(({path}) => path).filter((path) => path !== WEIGHTS && path !== "config.json"),
      async (path) => readModelFile(await modelFolder(modelsDir, donor.id), path)
    ),
    pack: {like: donor.id}
  });
}

const WEIGHTS = "model.safetensors";

/** The classifier of the store whose labels and tokens a merge's result has; undefined when it is no classifier. */
function classifierLike(
  {out, parents: inputs}: MergeReport,
  {parents}: RecordedModel,
  known: readonly ModelManifest[]
): ModelManifest | undefined {
  const models = parents.map(({id}) => known.find((model) => model.id === id));
  if (!models.every((model) => model !== undefined) || mergeConflict(models) !== undefined) return undefined;
  const donor =
    models[
      Math.max(
        0,
        inputs.findIndex(({base}) => base)
      )
    ];
  return donor && hasLoader(donor.architecture) && existsSync(join(out, WEIGHTS)) ? donor : undefined;
}

function describe(report: MergeReport, known: readonly ModelManifest[], project: string): RecordedModel {
  const {name, architecture, recipe, method, out, seed, exact, parents, outputs, timings} = report;
  const fromProject = relative(project, out);
  return {
    name: name ?? basename(out),
    architecture: architecture ?? "safetensors",
    settings: {recipe: recipe.sha256, seed, exact},
    files: outputs,
    folder: isOutside(fromProject) ? basename(out) : fromProject,
    parents: parents.map((parent) => ({
      id: idOf(parent.files, known) ?? hashJson({files: parent.files.map(({sha256}) => sha256)}),
      name: shortName(parent.model)
    })),
    recipe: {method, sha256: recipe.sha256, source: recipe.text},
    metrics: {mergeSeconds: timings.mergeSeconds},
    merge: mergeRecord(report)
  };
}

function isOutside(path: string): boolean {
  return isAbsolute(path) || path.startsWith("..");
}

/** A model of the lineage that has all these files. */
function idOf(files: MergeReport["outputs"], known: readonly ModelManifest[]): string | undefined {
  const weights = files.filter(({path}) => path.endsWith(".safetensors"));
  return known.find((model) => {
    const hashes = new Set(model.files.map(({sha256}) => sha256));
    return weights.length > 0 && weights.every(({sha256}) => hashes.has(sha256));
  })?.id;
}

/** A model as the recipe names it; of a path that begins at the root only its end. */
function shortName(model: string): string {
  return model
    .split("+")
    .map((part) => (isAbsolute(part) ? basename(part) : part))
    .join("+");
}
