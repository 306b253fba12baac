import {copyFile, readdir, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {makeFolder, temporaryPath} from "../../base/system/index.js";
import {modelKey, modelsStorage} from "../../base/store/index.js";
import {type LocatedModel, unchangedFolder} from "./outsideFiles.js";
import {PACKED, readModelFile, REFERENCE} from "./weightFiles.js";

/**
 * Lends `use` folders in which every file of a model lies as its manifest lists it, for libraries that read weights
 * from paths: where they are kept outside the store (paths from `project`), unchanged, or in it. Models that are packed are unpacked into
 * a temporary folder, which is gone afterwards.
 */
export async function withPlainFolders<T>(
  {modelsDir, project}: {modelsDir: string; project: string},
  use: (plain: (model: LocatedModel) => Promise<string>) => Promise<T>
): Promise<T> {
  const temporary = temporaryPath(join(modelsDir, "plain"));
  const made = new Map<string, Promise<string>>();
  const plain = async (id: string): Promise<string> => {
    const folder = await modelsStorage(modelsDir).readableFolder(modelKey(id));
    const files = await readdir(folder);
    if (!files.some((name) => name.endsWith(PACKED))) return folder;
    const target = join(temporary, id);
    await makeFolder(target);
    for (const name of files) {
      if (name.endsWith(REFERENCE)) continue;
      const path = name.endsWith(PACKED) ? name.slice(0, -PACKED.length) : name;
      if (path === name) await copyFile(join(folder, name), join(target, name));
      else await writeFile(join(target, path), await readModelFile(folder, path));
    }
    return target;
  };
  try {
    return await use((model) => {
      const {id, folder} = model;
      const known =
        made.get(id) ?? (folder === undefined ? plain(id) : unchangedFolder(modelsDir, model, project));
      made.set(id, known);
      return known;
    });
  } finally {
    await rm(temporary, {recursive: true, force: true});
  }
}
