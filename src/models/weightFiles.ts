import {existsSync} from "node:fs";
import {copyFile, link, mkdir, readdir, readFile, rename, rm, stat, writeFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import {insideFolder, modelKey, modelsPlace, sha256, temporaryPath} from "../store/index.js";
import {needsReference, packWeights, unpackWeights} from "./packedWeights.js";
import type {ModelManifest} from "./types.js";

/** Beside or instead of FILE: FILE packed, and the packed weights that its differences are counted from. */
const PACKED = ".packed";
const REFERENCE = ".reference";

/** The bytes of one of a model's files as its manifest lists it, however the store keeps it. */
export async function readModelFile(folder: string, path: string): Promise<Buffer> {
  const file = insideFolder(folder, path);
  if (!existsSync(file + PACKED)) return readFile(file);
  const packed = await readFile(file + PACKED);
  const reference = needsReference(packed) ? await unpackReference(file + REFERENCE) : undefined;
  return unpackWeights(packed, reference, file + PACKED);
}

let lastReference: {key: string; bytes: WeakRef<Buffer>} | undefined;

/** The reference of a model, which others share: the last one is read and unpacked once, while memory allows. */
async function unpackReference(path: string): Promise<Buffer> {
  const {dev, ino, size, mtimeMs} = await stat(path);
  const key = [dev, ino, size, mtimeMs].join();
  const known = lastReference?.key === key ? lastReference.bytes.deref() : undefined;
  const bytes = known ?? (await unpackWeights(await readFile(path), undefined, path));
  lastReference = {key, bytes: new WeakRef(bytes)};
  return bytes;
}

/**
 * Writes weights packed where that saves bytes, as differences to the weights `like`, whose own reference they share:
 * unpacking never takes more than two files.
 */
export async function writePacked(
  modelsDir: string,
  file: string,
  content: Uint8Array,
  like?: string
): Promise<void> {
  const known = like === undefined ? undefined : await packedReference(like);
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const packed = await packWeights(bytes, known && (await unpackWeights(known)));
  if (!packed) return writeFile(file, content);
  if (!needsReference(packed)) return linkShared(modelsDir, packed, file + PACKED);
  await writeFile(file + PACKED, packed);
  await linkShared(modelsDir, known!, file + REFERENCE);
}

async function packedReference(file: string): Promise<Buffer | undefined> {
  for (const path of [file + REFERENCE, file + PACKED]) if (existsSync(path)) return readFile(path);
  return undefined;
}

/** Keeps bytes once for all models that have them, where the file system has hard links. */
export async function linkShared(modelsDir: string, bytes: Uint8Array, target: string): Promise<void> {
  const shared = join(modelsDir, ".shared", sha256(bytes));
  if (!(await readFile(shared).catch(() => undefined))?.equals(bytes)) {
    await mkdir(join(modelsDir, ".shared"), {recursive: true});
    const temporary = temporaryPath(shared);
    await writeFile(temporary, bytes);
    await rename(temporary, shared);
  }
  await link(shared, target).catch(() => writeFile(target, bytes));
}

/**
 * Lends `use` folders in which every file of a model lies as its manifest lists it, for libraries that read weights
 * from paths: where they are kept outside the store (paths from `project`), or in it. Models that are packed are unpacked into
 * a temporary folder, which is gone afterwards.
 */
export async function withPlainFolders<T>(
  {modelsDir, project}: {modelsDir: string; project: string},
  use: (plain: (model: Pick<ModelManifest, "id" | "folder">) => Promise<string>) => Promise<T>
): Promise<T> {
  const temporary = temporaryPath(join(modelsDir, "plain"));
  const made = new Map<string, Promise<string>>();
  const plain = async (id: string): Promise<string> => {
    const folder = await modelsPlace(modelsDir).readableFolder(modelKey(id));
    const files = await readdir(folder);
    if (!files.some((name) => name.endsWith(PACKED))) return folder;
    const target = join(temporary, id);
    await mkdir(target, {recursive: true});
    for (const name of files) {
      if (name.endsWith(REFERENCE)) continue;
      const path = name.endsWith(PACKED) ? name.slice(0, -PACKED.length) : name;
      if (path === name) await copyFile(join(folder, name), join(target, name));
      else await writeFile(join(target, path), await readModelFile(folder, path));
    }
    return target;
  };
  try {
    return await use(async ({id, folder}) => {
      if (folder !== undefined) return resolve(project, folder);
      const known = made.get(id) ?? plain(id);
      made.set(id, known);
      return known;
    });
  } finally {
    await rm(temporary, {recursive: true, force: true});
  }
}
