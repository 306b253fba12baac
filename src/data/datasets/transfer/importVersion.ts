import {rm, stat} from "node:fs/promises";
import {join} from "node:path";
import {UserError} from "../../../base/validation/index.js";
import {readJson} from "../../../base/system/index.js";
import {
  type Database,
  datasetKey,
  latestVersion,
  openDatabase,
  pointToLatest,
  readTombstones,
  readVersion,
  type VersionManifest,
  type Workspace
} from "../../../base/store/index.js";
import {commitVersion} from "../commitVersion.js";
import {holdOutEdited} from "../heldOutEdited.js";
import {LEDGER_FORM, rulesIn, sameRules} from "../redactionRules.js";
import {sourceWithoutSecrets} from "../sources/index.js";
import {erasedAmong} from "../tombstones.js";
import {holdOutImported} from "./exportNote.js";
import {fetchVersion} from "./fetchVersion.js";
import {EXPORT_FILES, rowFilesIn} from "./files.js";
import {verifyVersion} from "./verifyVersion.js";

export interface ImportResult {
  version: VersionManifest;
  /** False when the store had the version already: then only what is held out is taken. */
  changed: boolean;
  /** Rows that were held out where an export was made, and are here; left out when there are none. */
  heldOut?: number;
  /** Rows erased here that are known only by other rules for personal data: whether it holds them cannot be told. Left out when there are none. */
  untold?: number;
}

/** Most memory DuckDB takes before it writes to disk. */
const MEMORY = "1200MB";

/**
 * Takes a version, by its whole id, from a folder (an export, a store or a project) or the http(s) address of an export, and
 * makes it the dataset's newest. Rows that were held out where an export was made are held out here. Its rows are hashed again and must give the id; then the version appears at once. Throws a
 * UserError, and leaves the store as it was, when they do not, when rows of it were erased here or there, or when it is
 * not to be found. What the manifest says of roles, licence and source is taken as it is: no hash covers it.
 */
export async function importVersion(
  workspace: Workspace,
  dataset: string,
  id: string,
  from: string,
  {idleMs}: {idleMs?: number} = {}
): Promise<ImportResult> {
  if (!/^[0-9a-f]{16}$/.test(id))
    throw new UserError(
      `${JSON.stringify(id)} is no version's id. Name the version by all 16 digits that \`assay versions ${dataset}\` shows where it was made.`
    );
  const own = {dataset, id};
  return workspace.lease(
    `pull-${dataset}`,
    {what: `an import of ${dataset}`, waitMs: 60_000},
    async (held) => {
      const point = async () => {
        await held.confirm();
        await pointToLatest(workspace, dataset, {version: id, pulledAt: new Date().toISOString()});
      };
      const known = await readVersion(workspace, own);
      await workspace.place.sweep(datasetKey(dataset));
      const stage = await workspace.place.stage(datasetKey(dataset));
      const db = await openDatabase({tmpDir: workspace.tmpDir, memoryLimit: MEMORY});
      try {
        await fetchVersion(db, from, dataset, id, {stage: stage.folder, known: known !== undefined, idleMs});
        if (known) {
          const heldOut = await holdOutImported(db, workspace, known, stage.folder);
          const latest = await latestVersion(workspace, dataset);
          if (latest?.version !== id) await point();
          return {version: known, changed: false, heldOut: heldOut || undefined};
        }
        const version = await checked(db, workspace, dataset, id, stage.folder);
        const before = await latestVersion(workspace, dataset);
        if (before && version.idColumn === null)
          await holdOutEdited(
            db,
            workspace,
            {dataset, text: version.text, before: before.version},
            rowFilesIn(stage.folder)
          );
        const heldOut = await holdOutImported(db, workspace, version, stage.folder);
        const untold = await untoldErased(workspace, dataset, stage.folder);
        for (const file of EXPORT_FILES) await rm(join(stage.folder, file), {force: true});
        await commitVersion(workspace, {stage, held}, version, "import");
        await point();
        return {version, changed: true, heldOut: heldOut || undefined, untold: untold || undefined};
      } finally {
        db.close();
        await stage.discard();
      }
    }
  );
}

/** How many erased rows tombstones know only as rules for personal data left them that are not those of an imported version. */
async function untoldErased(workspace: Workspace, dataset: string, stage: string): Promise<number> {
  const {rows, redactions: list = []} = await readTombstones(workspace, dataset);
  const rules = rulesIn(
    await readJson(join(stage, "ledger.json"), LEDGER_FORM).catch((cause: unknown) => {
      throw new UserError(
        `the ledger.json beside the version is damaged. Nothing was imported. Export the version again where it was made.`,
        {cause}
      );
    })
  );
  return rows.filter(
    ({redactions}) => redactions?.length && !redactions.some((place) => sameRules(list[place] ?? null, rules))
  ).length;
}

async function checked(
  db: Database,
  workspace: Workspace,
  dataset: string,
  id: string,
  stage: string
): Promise<VersionManifest> {
  const told = await readJson<VersionManifest>(join(stage, "manifest.json")).catch(() => undefined);
  if (told?.kind !== "version" || told.schemaVersion !== 1 || told.dataset !== dataset || told.id !== id)
    throw new UserError(
      `the manifest found for ${dataset}@${id} is of another version or form. Nothing was imported.`
    );
  if (told.purged?.length)
    throw new UserError(
      `rows of ${dataset}@${id} were erased where it comes from, so that its content no longer gives its id. Nothing was imported; pull the dataset there and import the version that makes.`
    );
  const rowsFile = join(stage, "rows.parquet");
  const found = await verifyVersion(db, rowsFile, told);
  const tombstones = await readTombstones(workspace, dataset);
  let back = 0;
  for (const rows of rowFilesIn(stage)) {
    const erased = await erasedAmong(db, tombstones, {rows, text: told.text});
    if (erased === undefined) break;
    back += (await db.row<{n: number}>(`select count(*)::int as n from ${rows} where ${erased}`))!.n;
  }
  if (back > 0)
    throw new UserError(
      `${dataset}@${id} holds ${back} rows that were erased from this store. Nothing was imported: they would come back.`
    );
  const {parent, changes, ...version} = told;
  const known = parent !== undefined && (await readVersion(workspace, {dataset, id: parent})) !== undefined;
  return {
    ...version,
    ...found,
    source: sourceWithoutSecrets(version.source ?? {}),
    bytes: (await stat(rowsFile)).size,
    parent: known ? parent : undefined,
    changes: known ? changes : undefined
  };
}
