import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {basename, isAbsolute, join, relative} from "node:path";
import {
  addToRecord,
  hasLoader,
  isWeightFile,
  listModels,
  mergeConflict,
  type MergeRecord,
  modelAt,
  modelFolder,
  type ModelManifest,
  modelWithFiles,
  readModelFile,
  recordAdapted,
  recordModel,
  type RecordedModel,
  saveModel
} from "../models/index.js";
import {hashJson} from "../../base/system/hash.js";
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
    warnings: warnings.map((warning) =>
      parents.reduce((text, {model}) => text.replaceAll(model, shortName(model)), warning)
    )
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
  const parents: ModelManifest["parents"] = [];
  for (const parent of report.parents) parents.push(await parentOf(parent, known, modelsDir));
  const record = describe(report, parents, project);
  const donor = classifierLike(report, record, known);
  if (!donor) return recordModel(modelsDir, record);
  const {name, recipe, metrics, merge, settings} = record;
  const contents = async (paths: readonly string[], read: (path: string) => Promise<Buffer>) =>
    Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await read(path)] as const)));
  const saved = await saveModel(modelsDir, {
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
  const before = known.find(({id, removed}) => id === saved.id && removed === undefined);
  return before ? addToRecord(modelsDir, before, {name, parents}) : saved;
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

function describe(report: MergeReport, parents: ModelManifest["parents"], project: string): RecordedModel {
  const {name, architecture, recipe, method, out, seed, exact, outputs, timings} = report;
  return {
    name: name ?? basename(out),
    architecture: architecture ?? "safetensors",
    settings: {recipe: recipe.sha256, seed, exact},
    files: outputs,
    folder: relative(project, out),
    parents,
    recipe: {method, sha256: recipe.sha256, source: recipe.text},
    metrics: {mergeSeconds: timings.mergeSeconds},
    merge: mergeRecord(report)
  };
}

/** A parent by the hashes of its files. A base with an adapter is a model whose parents are both. */
async function parentOf(
  {model, folder, files}: MergeReport["parents"][0],
  known: readonly ModelManifest[],
  modelsDir: string
): Promise<ModelManifest["parents"][0]> {
  const weights = files.filter(({path}) => isWeightFile(path));
  const adapter = weights.filter(({path}) => path === ADAPTER);
  const base = weights.filter(({path}) => path !== ADAPTER);
  const name = shortName(model);
  const baseId = modelAt(known, {path: folder, files: base}, modelsDir)?.id;
  const adapterId = modelWithFiles(known, adapter)?.id;
  if (baseId === undefined && adapterId === undefined) return {id: unknownId(files), name};
  if (adapter.length === 0) return {id: baseId!, name};
  const [baseName, adapterName] = name.split("+") as [string, string];
  const {id} = await recordAdapted(
    modelsDir,
    {id: baseId ?? unknownId(base), name: baseName, files: base},
    {id: adapterId ?? unknownId(adapter), name: adapterName, files: adapter}
  );
  return {id: id!, name};
}

function unknownId(files: MergeReport["outputs"]): string {
  return hashJson({files: files.map(({sha256}) => sha256)});
}

const ADAPTER = "adapter_model.safetensors";

/** A model as the recipe names it; of a path that begins at the root only its end. */
function shortName(model: string): string {
  return model
    .split("+")
    .map((part) => (isAbsolute(part) ? basename(part) : part))
    .join("+");
}
