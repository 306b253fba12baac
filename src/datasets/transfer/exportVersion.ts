import {existsSync} from "node:fs";
import {copyFile, mkdir, rename, rm, writeFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import {temporaryPath, UserError, type VersionManifest, type Workspace} from "../../store/index.js";
import {huggingFaceCard} from "../cards/index.js";
import {CARD_FILE, FILES, OPTIONAL_FILES, transferName} from "./files.js";

/**
 * Copies a version with its ledger, its dropped rows and its card to `folder`/NAME@VERSION, where `importVersion` finds
 * it, and gives that path. The folder appears whole or not at all. All rows are in it, sealed ones and those with open
 * findings too: it goes where the store may go. Throws a UserError for a version of which rows were erased, since its
 * content no longer gives its id, and where there is such a folder already.
 */
export async function exportVersion(
  workspace: Workspace,
  version: VersionManifest,
  folder: string
): Promise<string> {
  const name = transferName(version.dataset, version.id);
  if (version.purged?.length)
    throw new UserError(
      `${name}: rows of it were erased, so that its content no longer gives its id. Pull the data set and export the version that makes.`
    );
  const target = join(resolve(folder), name);
  if (existsSync(target)) throw new UserError(`${target} exists already. Remove it, or name another folder.`);
  await mkdir(resolve(folder), {recursive: true});
  const stage = temporaryPath(target);
  const from = workspace.datasetDir(version.dataset, version.id);
  try {
    await mkdir(stage);
    for (const file of [...FILES, ...OPTIONAL_FILES])
      if (FILES.includes(file) || existsSync(join(from, file)))
        await copyFile(join(from, file), join(stage, file));
    await writeFile(join(stage, CARD_FILE), huggingFaceCard(version));
    await rename(stage, target);
    return target;
  } finally {
    await rm(stage, {recursive: true, force: true});
  }
}
