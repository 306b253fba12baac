import {existsSync} from "node:fs";
import {link, readFile, rename, stat, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {insideFolder, sha256, temporaryPath, sha256File, makeFolder} from "../../base/system/index.js";
import {needsReference, packWeights, unpackWeights} from "./packedWeights.js";
import type {ModelManifest} from "./types.js";

/** Beside or instead of FILE: FILE packed, and the packed weights that its differences are counted from. */
export const PACKED = ".packed";
export const REFERENCE = ".reference";

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
    await makeFolder(join(modelsDir, ".shared"));
    const temporary = temporaryPath(shared);
    await writeFile(temporary, bytes);
    await rename(temporary, shared);
  }
  await link(shared, target).catch(() => writeFile(target, bytes));
}

/** Files of a folder as a record lists them, in their order, each read whole. */
export async function hashedFiles(folder: string, names: readonly string[]): Promise<ModelManifest["files"]> {
  const files: ModelManifest["files"] = [];
  for (const path of names) {
    const file = join(folder, path);
    files.push({path, sha256: await sha256File(file), bytes: (await stat(file)).size});
  }
  return files;
}
