import {readdir} from "node:fs/promises";
import {dirname, extname, join} from "node:path";
import {fileURLToPath} from "node:url";

/** The index of every room of the engine: what a project's code imports of it counts by the engine's own fingerprint. */
export async function engineRooms(): Promise<string[]> {
  const self = fileURLToPath(import.meta.url);
  const engine = dirname(dirname(dirname(self)));
  const folders = await readdir(engine, {withFileTypes: true, recursive: true});
  return folders
    .filter((entry) => entry.isFile() && entry.name === "index" + extname(self))
    .map(({parentPath, name}) => join(parentPath, name));
}
