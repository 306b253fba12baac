import {existsSync, readFileSync} from "node:fs";
import {readdir, stat} from "node:fs/promises";
import {basename, dirname, join, resolve} from "node:path";
import {isWeightFile} from "../../base/store/index.js";
import {assertRegularFileSync, sha256File} from "../../base/system/index.js";
import {UserError} from "../../base/validation/index.js";
import {modelAt} from "./byFiles.js";
import {listModels, modelFolder, readManifest} from "./registry.js";
import {meantModel} from "./storedModel.js";
import type {ModelManifest} from "./types.js";
import {hashedFiles} from "./weightFiles.js";

/** A model by where its files are. */
export type LocatedModel = Pick<ModelManifest, "id" | "name" | "folder" | "files">;

/**
 * The folder with a model's files: the store's own, or where they are kept outside it, a path from the project's folder. Throws a
 * UserError when they are gone.
 */
export async function filesFolder(
  modelsDir: string,
  {id, name, folder, files}: LocatedModel,
  project: string
): Promise<string> {
  if (folder === undefined) return modelFolder(modelsDir, id);
  const path = resolve(project, folder);
  const gone = files.filter((file) => isWeightFile(file.path) && !existsSync(join(path, file.path)));
  if (gone.length > 0)
    throw new UserError(
      `the files of ${name} lay in ${path}, and ${gone.map((file) => file.path).join(", ")} is gone. Put it back, or \`assay models add\` the model from where it is now.`
    );
  return path;
}

/** As `filesFolder`, where weights outside the store are still those that were recorded: they are read whole. */
export async function unchangedFolder(
  modelsDir: string,
  model: LocatedModel,
  project: string
): Promise<string> {
  const folder = await filesFolder(modelsDir, model, project);
  if (model.folder === undefined) return folder;
  for (const {path, sha256, bytes} of model.files) {
    if (!isWeightFile(path)) continue;
    const file = join(folder, path);
    if ((await stat(file)).size !== bytes || (await sha256File(file)) !== sha256)
      refuseChanged(model.name, file);
  }
  return folder;
}

/** Throws a UserError that says that a file outside the store is not the recorded one any more. */
export function refuseChanged(name: string, file: string): never {
  throw new UserError(
    `${file} was changed since it was recorded as ${name}: what is known of that model does not hold for it. \`assay models add\` it again.`
  );
}

/** What an adapter's folder calls its base; undefined when it names none. Throws a UserError when its config cannot be read. */
export function namedBase(folder: string): string | undefined {
  const path = join(folder, "adapter_config.json");
  assertRegularFileSync(path);
  try {
    const {base_model_name_or_path: named} = JSON.parse(readFileSync(path, "utf8")) as Record<
      string,
      unknown
    >;
    return typeof named === "string" && named !== "" ? named : undefined;
  } catch (cause) {
    const why = existsSync(path) ? "not valid JSON" : "missing";
    throw new UserError(`${path} is ${why}. Fetch the adapter again.`, {cause});
  }
}

/**
 * The store's record of the base that an adapter's folder names, and its words: a path from the folder or the project to a model
 * whose files the store knows, or a model's name or id in the store. Without a record where the store has none of it.
 */
export async function baseOfAdapter(
  folder: string,
  {modelsDir, project}: {modelsDir: string; project: string}
): Promise<{base?: ModelManifest; named?: string}> {
  const named = namedBase(folder);
  if (named === undefined) return {};
  const known = await listModels(modelsDir);
  const place = [resolve(folder, named), resolve(project, named)].find(
    (path) => path !== resolve(folder) && existsSync(path)
  );
  if (place === undefined) return {base: meantModel(known, named), named};
  return {base: modelAt(known, {path: place, files: await weightsAt(place)}, modelsDir), named};
}

async function weightsAt(path: string): Promise<ModelManifest["files"]> {
  if ((await stat(path)).isFile()) return hashedFiles(dirname(path), [basename(path)]);
  return hashedFiles(path, (await readdir(path)).filter(isWeightFile).sort());
}

/**
 * The store's record of the base that an adapter of the store was made on, and the words by which the adapter names it: of one that was
 * trained here the base that it was trained on, of others the one that their adapter_config.json names. Without a record where the store
 * has none of it.
 */
export async function ownBase(
  modelsDir: string,
  adapter: ModelManifest,
  project: string
): Promise<{base?: ModelManifest; named?: string}> {
  const trainedOn = adapter.training && adapter.parents[0]?.id;
  const known =
    trainedOn === undefined ? undefined : await readManifest(modelsDir, trainedOn).catch(() => undefined);
  if (known && adapter.folder === undefined) return {base: known};
  return baseOfAdapter(await filesFolder(modelsDir, adapter, project), {modelsDir, project});
}

/** What to say of an adapter on other weights than those it was made on. Bases are named as the reader finds them. */
export function onOtherBase(adapter: string, own: string, on: string): string {
  return `The adapter ${adapter} was made on ${own}, but is put on ${on}, which has other weights: its answers are not what it learned. Put it on its own base.`;
}
