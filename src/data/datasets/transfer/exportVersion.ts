import {existsSync} from "node:fs";
import {copyFile, rename, rm, writeFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import {UserError} from "../../../base/validation/index.js";
import {makeFolder, namingTarget, temporaryPath} from "../../../base/system/index.js";
import {
  type Database,
  openDatabase,
  recordExport,
  recordFinalRun,
  refuseUnfinishedPurge,
  versionKey,
  type VersionManifest,
  versionRows,
  versionTable,
  whoOpens,
  type Workspace
} from "../../../base/store/index.js";
import {huggingFaceCard} from "../cards/index.js";
import {REJECTED_FILE} from "../filters/index.js";
import {CARD_FILE, FILES, OPTIONAL_FILES, transferName} from "./files.js";
import {writeExportNote} from "./exportNote.js";
import {type HeldOutRows, heldOutRows, heldOutText} from "./heldOutRows.js";

export interface VersionExportOptions {
  /** Export held-out rows too, which opens them: needs `why`. */
  withHeldOut?: boolean;
  /** Why they are opened now, kept beside who and when in the store's log of final runs. */
  why?: string;
  now?: () => Date;
}

/**
 * Copies a version with its ledger, its dropped rows and its card to `folder`/NAME@VERSION, where `importVersion` finds
 * it, and gives that path. The folder appears whole or not at all. All rows are in it, those with open findings too: it
 * goes where the store may go. Rows that a split holds out can be read by whoever has the copy, so a version that holds
 * any is exported only `withHeldOut`, and noted like a final run before a row is copied; the copy names them, and Assay holds
 * them out where it is imported. Throws a UserError otherwise, for a
 * version of which rows were erased, since its content no longer gives its id, and where there is such a folder already.
 */
export async function exportVersion(
  workspace: Workspace,
  version: VersionManifest,
  folder: string,
  options: VersionExportOptions = {}
): Promise<string> {
  const name = transferName(version.dataset, version.id);
  await refuseUnfinishedPurge(workspace, version.dataset);
  if (version.purged?.length)
    throw new UserError(
      `${name}: rows of it were erased, so that its content no longer gives its id. Pull the dataset and export the version that makes.`
    );
  const target = join(resolve(folder), name);
  if (existsSync(target)) throw new UserError(`${target} exists already. Remove it, or name another folder.`);
  const db = await openDatabase({tmpDir: workspace.tmpDir});
  try {
    const rejected = await versionTable(workspace, version, REJECTED_FILE);
    const rows = [await versionRows(workspace, version), ...(rejected ? [rejected] : [])];
    const heldOut = await heldOutRows(db, workspace.place, version, rows);
    if (heldOut.length > 0) await openThem(workspace, version, heldOut, options);
    await copyVersion(db, workspace, version, heldOut, target);
    return target;
  } finally {
    db.close();
  }
}

async function copyVersion(
  db: Database,
  workspace: Workspace,
  version: VersionManifest,
  heldOut: readonly HeldOutRows[],
  target: string
): Promise<void> {
  const stage = temporaryPath(target);
  try {
    await makeFolder(stage);
    for (const file of [...FILES, ...OPTIONAL_FILES]) {
      const key = versionKey(version, file);
      if (FILES.includes(file) || (await workspace.place.has(key)))
        await copyFile(await workspace.place.readable(key), join(stage, file));
    }
    await writeFile(join(stage, CARD_FILE), huggingFaceCard(version));
    await writeExportNote(db, version, heldOut, stage);
    await recordExport(workspace, target, {dataset: version.dataset, version: version.id});
    await rename(stage, target);
  } catch (error) {
    throw namingTarget(error, stage, target);
  } finally {
    await rm(stage, {recursive: true, force: true});
  }
}

async function openThem(
  workspace: Workspace,
  {dataset, id}: VersionManifest,
  heldOut: readonly HeldOutRows[],
  {withHeldOut = false, why = "", now = () => new Date()}: VersionExportOptions
): Promise<void> {
  if (!withHeldOut)
    throw new UserError(
      `${transferName(dataset, id)} holds ${heldOutText(heldOut)}, and whoever has the copy can read them. Nothing was exported. To open them all the same, say --with-held-out --why "…": it is noted like a final run.`
    );
  for (const {split, rows} of heldOut)
    await recordFinalRun(workspace, {
      at: now().toISOString(),
      who: whoOpens(),
      why,
      eval: null,
      dataset,
      version: id,
      split: split.id,
      rows,
      dryRun: false
    });
}
