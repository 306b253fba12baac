import {readdir, rename, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {UserError} from "../../base/validation/index.js";
import {hashJson, inParallel, insideFolder, sha256} from "../../base/system/index.js";
import {
  modelKey,
  modelKind,
  modelsStorage,
  readRecord,
  type StorageBackend,
  type StagedFolder
} from "../../base/store/index.js";
import type {ModelManifest} from "./types.js";
import {hashedFiles, linkShared, readModelFile, writePacked} from "./weightFiles.js";

/** What a trainer or a merge hands over to be kept. */
export interface NewModel extends Omit<
  ModelManifest,
  "kind" | "schemaVersion" | "id" | "createdAt" | "files"
> {
  /** Bytes by file name; `sharedFiles` are kept once and linked into every model that has them. */
  files: Record<string, Uint8Array | string>;
  sharedFiles?: Record<string, Uint8Array | string>;
  /**
   * Keep weights packed, as differences to those of the model `like` where there is one, such as the one that training
   * began from. For models whose weights are read by `readModelFile` only.
   */
  pack?: {like?: string};
}

/**
 * Writes a model below `modelsDir` (one folder a model, named by its id) and returns its manifest. The id is a
 * hash of architecture, files, labels and settings: saving the same model again changes nothing on disk, and the
 * returned manifest is the new record. The folder appears whole or not at all.
 */
export async function saveModel(modelsDir: string, model: NewModel): Promise<ModelManifest> {
  const {files, sharedFiles = {}, pack, ...record} = model;
  const entries = Object.entries({...files, ...sharedFiles})
    .map(([path, content]) => {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      return {path, sha256: sha256(bytes), bytes: bytes.byteLength, content: bytes};
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const listed = entries.map(({path, sha256: hash, bytes}) => ({path, sha256: hash, bytes}));
  const {architecture, labels, settings} = record;
  const id = hashJson({architecture, labels, settings, files: listed});
  const manifest: ModelManifest = {
    kind: "model",
    schemaVersion: 1,
    id,
    createdAt: new Date().toISOString(),
    files: listed,
    ...record
  };
  const place = modelsStorage(modelsDir);
  if (await isKept(place, id)) {
    // The same weights, learned now from rows that are there.
    await place.remove(modelKey(id, "erased-training.json"));
    return manifest;
  }
  const stage = await stageIn(place);
  try {
    for (const {path, content} of entries) {
      const target = insideFolder(stage.folder, path);
      if (Object.hasOwn(sharedFiles, path)) await linkShared(modelsDir, content, target);
      else if (pack && path.endsWith(".safetensors"))
        await writePacked(modelsDir, target, content, await pathOf(modelsDir, pack.like, path));
      else await writeFile(target, content);
    }
    await commit(stage, manifest, place);
  } finally {
    await stage.discard();
  }
  return manifest;
}

/** Whether a model is there with its files. What is left of one whose files were removed gives way to the new one. */
async function isKept(place: StorageBackend, id: string): Promise<boolean> {
  const record = await manifestIn(place, id);
  if (record?.removed !== undefined) await place.remove(modelKey(id));
  return record !== undefined && record.removed === undefined;
}

/** What savings that were killed left half-written is removed: it is as large as a model. */
async function stageIn(place: StorageBackend): Promise<StagedFolder> {
  await place.sweep("models");
  return place.stage("models");
}

async function pathOf(modelsDir: string, id: string | undefined, path: string): Promise<string | undefined> {
  return id === undefined ? undefined : insideFolder(await modelFolder(modelsDir, id), path);
}

async function commit(stage: StagedFolder, manifest: ModelManifest, place: StorageBackend): Promise<void> {
  await writeFile(join(stage.folder, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  if (await stage.commit(modelKey(manifest.id))) return;
  // Another process saved the same model first: its files are equal.
  if (!(await place.has(modelKey(manifest.id, "manifest.json"))))
    throw new UserError(
      `${place.name}/${modelKey(manifest.id)} has no manifest.json. Remove that folder, then train again.`
    );
}

/**
 * Moves a finished folder below `modelsDir` and enters it: as `saveModel`, for weights that are not to be held in memory.
 * The folder must lie on the same disk. A model that is there already stays, and the folder is removed.
 */
export async function keepModel(
  modelsDir: string,
  folder: string,
  record: Omit<NewModel, "files" | "sharedFiles" | "pack">
): Promise<ModelManifest> {
  const files = await hashedFiles(folder, (await readdir(folder)).sort());
  const {architecture, labels, settings} = record;
  const id = hashJson({architecture, labels, settings, files});
  const manifest: ModelManifest = {
    kind: "model",
    schemaVersion: 1,
    id,
    createdAt: new Date().toISOString(),
    files,
    ...record
  };
  const place = modelsStorage(modelsDir);
  if (await isKept(place, id)) {
    await rm(folder, {recursive: true, force: true});
    return manifest;
  }
  const stage = await stageIn(place);
  try {
    await rm(stage.folder, {recursive: true});
    await rename(folder, stage.folder);
    await commit(stage, manifest, place);
  } finally {
    await stage.discard();
  }
  return manifest;
}

/** A folder of this machine with the files of one model; refuses ids that would leave `modelsDir`. */
export async function modelFolder(modelsDir: string, id: string): Promise<string> {
  return modelsStorage(modelsDir).readableFolder(modelKey(id));
}

/** A model's manifest. Throws when there is no such model or another schema wrote it. */
export async function readManifest(modelsDir: string, id: string): Promise<ModelManifest> {
  const place = modelsStorage(modelsDir);
  const manifest = await manifestIn(place, id);
  if (!manifest)
    throw new UserError(
      `There is no model ${id} in ${modelsDir}. Run the eval that trains it, or check the id.`
    );
  return manifest;
}

/** All models, by name and then by date; empty when the folder does not exist. */
export async function listModels(modelsDir: string): Promise<ModelManifest[]> {
  const place = modelsStorage(modelsDir);
  const folders = (await place.list("models")).filter(({folder}) => folder);
  const read = await inParallel(folders, ({name}) => manifestIn(place, name));
  const found = read.filter((manifest) => manifest !== undefined);
  return found.sort((a, b) => a.name.localeCompare(b.name) || a.createdAt.localeCompare(b.createdAt));
}

/** Paths of the files whose bytes no longer have the hash in the manifest, or are gone. Empty is good. */
export async function damagedFiles(modelsDir: string, manifest: ModelManifest): Promise<string[]> {
  const damaged: string[] = [];
  const folder = await modelFolder(modelsDir, manifest.id).catch(() => undefined);
  if (folder === undefined) return manifest.files.map(({path}) => path);
  for (const {path, sha256: hash} of manifest.files) {
    const found = await readModelFile(folder, path).catch(() => undefined);
    if (!found || sha256(found) !== hash) damaged.push(path);
  }
  return damaged;
}

/** A model's record in a place; undefined when there is none. Throws UserError when it is damaged or of another schema. */
export function manifestIn(place: StorageBackend, id: string): Promise<ModelManifest | undefined> {
  return recordAt(place, modelKey(id, "manifest.json"));
}

/** The same by the key of its file. */
export function recordAt(place: StorageBackend, key: string): Promise<ModelManifest | undefined> {
  return readRecord({place}, modelKind, key) as Promise<ModelManifest | undefined>;
}
