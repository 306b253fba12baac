import {stat} from "node:fs/promises";
import {join, resolve} from "node:path";
import type {BuildContext, ModelSource} from "../../training/finetunes/index.js";
import {hashFiles} from "../../weights/merge/index.js";
import {
  assertUsable,
  findStoredModelSync,
  isAdapter,
  listModels,
  listModelsSync,
  manyMeant,
  meantModel,
  type ModelManifest,
  namedBase,
  needModel
} from "../../weights/models/index.js";
import {hashJson} from "../../base/system/index.js";

/**
 * A model of the store by its name or id, whatever made it, as a source: such as one that `assay merge` made or `assay models add`
 * registered. Of several models with one name the newest is meant, which is said where their weights differ. Building it makes nothing; it throws when there is none.
 */
export function storedModel(model: string): ModelSource {
  // Every round of a race builds its sources anew.
  let told: string | undefined;
  return {
    name: model,
    configHash: async (context) => hashJson(await identity(findStoredModelSync(context.dir, model), context)),
    async build({dir, onProgress}) {
      const known = await listModels(dir);
      const many = manyMeant(known, model);
      if (many !== undefined && many !== told) onProgress?.(many);
      told = many;
      const manifest = needModel(known, model);
      await assertUsable(dir, manifest);
      return manifest;
    }
  };
}

/**
 * What tells a model of the store from another: its id; where its files lie outside the store, their sizes and times, and what
 * they hold where that is not what the store lists; and of an adapter the bases that it was made on, or that it would be put on today.
 */
async function identity(manifest: ModelManifest, context: BuildContext): Promise<object> {
  const at = storedFolder(manifest, context) ?? join(context.dir, manifest.id);
  const bases = isAdapter(manifest) ? basesOf(manifest, at, context) : undefined;
  const on = bases && (await Promise.all(bases.map((base) => own(base, context))));
  return {...(await own(manifest, context)), on};
}

async function own(manifest: ModelManifest, context: BuildContext): Promise<object> {
  const at = storedFolder(manifest, context);
  return {
    stored: manifest.id,
    files: at && (await Promise.all(manifest.files.map((file) => stateOf(file, at))))
  };
}

type FileState = [size: number, time: number, sha256?: string];

/** The time may be as it was though the file was replaced, so that its content is compared. */
async function stateOf(
  {path, sha256}: ModelManifest["files"][0],
  folder: string
): Promise<FileState | undefined> {
  const file = join(folder, path);
  const found = await stat(file).catch(() => undefined);
  if (!found) return undefined;
  const [hashed] = await hashFiles([file]);
  const {size, mtimeMs} = found;
  return hashed!.sha256 === sha256 ? [size, mtimeMs] : [size, mtimeMs, hashed!.sha256];
}

function storedFolder({folder}: ModelManifest, {project = process.cwd()}: BuildContext): string | undefined {
  return folder === undefined ? undefined : resolve(project, folder);
}

function basesOf({parents}: ModelManifest, folder: string, {dir}: BuildContext): ModelManifest[] {
  const known = listModelsSync(dir);
  const named = namedBase(folder);
  const meant = named === undefined ? undefined : meantModel(known, named);
  return known
    .filter((model) => model === meant || parents.some((parent) => parent.id === model.id))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
