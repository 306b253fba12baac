import {mkdir, readdir, readFile, writeFile} from "node:fs/promises";
import {dirname, join, relative} from "node:path";

/** The files below a folder by their paths in it: a store that took a while to make, for the tests that begin with it. */
export type StoredFiles = ReadonlyMap<string, Buffer>;

export async function storedFiles(folder: string): Promise<StoredFiles> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  const paths = entries.filter((entry) => entry.isFile()).map(({parentPath, name}) => join(parentPath, name));
  return new Map(
    await Promise.all(paths.map(async (path) => [relative(folder, path), await readFile(path)] as const))
  );
}

export async function writeStored(folder: string, files: StoredFiles): Promise<void> {
  for (const [path, bytes] of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), {recursive: true});
    await writeFile(file, bytes);
  }
}
