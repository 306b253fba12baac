import {stat} from "node:fs/promises";
import {join} from "node:path";
import {sha256File} from "../../base/system/index.js";
import type {ModelManifest} from "./types.js";

/** Files of a folder as a record lists them, in their order, each read whole. */
export async function hashedFiles(folder: string, names: readonly string[]): Promise<ModelManifest["files"]> {
  const files: ModelManifest["files"] = [];
  for (const path of names) {
    const file = join(folder, path);
    files.push({path, sha256: await sha256File(file), bytes: (await stat(file)).size});
  }
  return files;
}
