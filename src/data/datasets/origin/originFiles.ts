import {stat} from "node:fs/promises";
import {relative, sep} from "node:path";
import {inParallel, isWithin, sha256File} from "../../../base/system/index.js";
import type {Database, OriginFile} from "../../../base/store/index.js";
import {localFiles, localNames, type Source} from "../sources/index.js";

/** Most files of a source that are looked at before a run. */
const MOST_FILES = 1000;

/** Most bytes of a source that are hashed, at a pull and again where the files were copied; sizes tell of the others. */
const MOST_HASHED = 256 * 2 ** 20;

/** A source's files on this machine, by their path from the project's folder; those that lie elsewhere are not looked at. */
export async function filesByPath(
  db: Pick<Database, "rows">,
  project: string,
  source: Source
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of localNames(source))
    for (const {path} of await localFiles(db, project, name))
      if (isWithin(path, project)) found.set(relative(project, path).split(sep).join("/"), path);
  return found;
}

/** What is noted of a source's files; undefined when none lies in the project, or too many do. */
export async function originFiles(
  db: Pick<Database, "rows">,
  project: string,
  source: Source
): Promise<OriginFile[] | undefined> {
  const found = [...(await filesByPath(db, project, source))].sort(([a], [b]) => (a < b ? -1 : 1));
  if (found.length === 0 || found.length > MOST_FILES) return undefined;
  const sizes = await inParallel(found, async ([path, file]) => ({path, file, ...(await sizeOf(file))}));
  const noted: OriginFile[] = [];
  let hashed = 0;
  for (const {file, ...one} of sizes) {
    const isHashed = hashed + one.size <= MOST_HASHED;
    if (isHashed) hashed += one.size;
    noted.push({...one, sha256: isHashed ? await sha256File(file) : undefined});
  }
  return noted;
}

/** Whether a file holds what it did. It is read only where its time differs and its size does not. */
export async function isSameFile(noted: OriginFile, file: string): Promise<boolean> {
  const {size, mtimeMs} = await sizeOf(file);
  if (size !== noted.size) return false;
  if (mtimeMs === noted.mtimeMs || noted.sha256 === undefined) return true;
  return (await sha256File(file)) === noted.sha256;
}

async function sizeOf(file: string): Promise<Pick<OriginFile, "size" | "mtimeMs">> {
  const found = await stat(file);
  if (!found.isFile()) throw new Error(`not a file: ${file}`);
  const {size, mtimeMs} = found;
  return {size, mtimeMs};
}
