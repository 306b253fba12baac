import {copyFile, stat} from "node:fs/promises";
import {join} from "node:path";
import {hashJson} from "../../../base/system/index.js";
import {
  getJson,
  pointToLatest,
  readAcceptances,
  readVersion,
  type StagedFolder,
  type VersionFile,
  versionKey,
  type VersionManifest,
  type VersionName,
  type Workspace,
  writeVersion
} from "../../../base/store/index.js";
import {commitVersion} from "../commitVersion.js";
import {changesSince} from "../diff.js";
import {REJECTED_FILE} from "../filters/index.js";
import {contentIdentity} from "../identity.js";
import {isSameOrigin} from "../origin/index.js";
import {foundRows} from "../redaction.js";
import {LEDGER_FORM} from "../redactionRules.js";
import {describeColumns} from "../describeColumns.js";
import {writeSkipped} from "../skipped.js";
import {lineCount} from "../sources/index.js";
import {watchDrift} from "../driftWatch.js";
import {statedMembers} from "../statedMembers.js";
import type {BegunPull, PullResult} from "./options.js";
import type {StagedRows} from "./stagedRows.js";

/** What the staged rows are as a version: its id is that of their content. */
type VersionContent = Pick<VersionManifest, "dataset" | "id" | "sha256" | "idColumn" | "rows" | "columns">;

/** Makes the version of staged rows, or finds that it is there already, and makes it the current one. */
export async function keepVersion(begun: BegunPull, staged: StagedRows): Promise<PullResult> {
  const {db, workspace, definition, options, stage, sourceKey, origin, earlier, held} = begun;
  const {source, latest} = staged;
  const content = await contentOf(begun, staged);
  const {dataset, id} = content;
  const pulledAt = (options.now?.() ?? new Date()).toISOString();
  await writeBeside(begun, staged, content);
  const described = {...source.describe, skippedLines: lineCount(source.skipped ?? []) || undefined};
  const stated = statedMembers(definition, staged.filtered);
  const skipped = source.skipped ? {skipped: source.skipped} : {};
  const point = async () => {
    await held.confirm();
    await pointToLatest(workspace, dataset, {version: id, pulledAt, sourceKey, earlier, origin});
  };
  const before = await readVersion(workspace, content);
  if (before) {
    // The rows are the same, but the definition may say other things of them than it did.
    const version = {...before, ...stated, source: described, idColumn: content.idColumn};
    await held.confirm();
    await replaceBeside(workspace, stage, content);
    if (hashJson(version) !== hashJson(before)) await writeVersion(workspace, version);
    const isPointed = latest?.version === id && latest.earlier === earlier && isSameOrigin(latest, origin);
    if (!isPointed || sourceKey) await point();
    const changed = latest?.version !== id;
    return {version, changed, again: changed && latest !== undefined ? true : undefined, ...skipped};
  }
  const parent = latest && latest.version !== id ? latest.version : undefined;
  const former = parent === undefined ? undefined : await readVersion(workspace, {dataset, id: parent});
  const rows = {rows: staged.rows, columns: content.columns, parent: former};
  const manifest: VersionManifest = {
    kind: "version",
    schemaVersion: 1,
    ...content,
    pulledAt,
    source: described,
    bytes: (await stat(staged.file)).size,
    parent: parent || undefined,
    changes: parent
      ? await changesSince(
          db,
          workspace,
          {dataset, id: parent},
          {relation: staged.rows, columns: content.columns}
        )
      : undefined,
    watch: await watchDrift({db, workspace, definition, ...rows, tell: options.onProgress}),
    ...stated
  };
  await commitVersion(workspace, {stage, held}, manifest, "pull");
  await point();
  return {version: manifest, changed: true, ...skipped};
}

async function contentOf({db, definition}: BegunPull, {rows}: StagedRows): Promise<VersionContent> {
  const columns = await describeColumns(db, `select * from ${rows}`);
  const identity = await contentIdentity(db, rows);
  const idColumn = definition.id ?? null;
  const sha256 = hashJson({columns, id: idColumn, ...identity});
  const id = sha256.slice(0, 16);
  return {dataset: definition.name, id, sha256, idColumn, rows: identity.rows, columns};
}

/** What stands beside the rows: what was found of personal data, and lines that could not be read. */
async function writeBeside(
  {db, workspace, options: {redactor}, stage}: BegunPull,
  {source, findingsFile}: StagedRows,
  {dataset, id, rows, columns}: VersionContent
): Promise<void> {
  if (redactor && findingsFile && !(await hasLedger(workspace, {dataset, id}, redactor.fingerprint))) {
    const accepted = await readAcceptances(workspace, dataset);
    const facts = {dataset, id, rows, columns};
    await redactor.writeLedger(db, stage.folder, facts, {found: foundRows(db, findingsFile), accepted});
  }
  await writeSkipped(db, stage.folder, source.skipped);
}

/** What a pull may find out anew of a version that is there; the summary last, it says that the ledger is whole. */
const BESIDE_ROWS = ["rejected.parquet", "rejects.parquet", "ledger.parquet", "ledger.json"] as const;

/** What a pull that does not write it has found none of. */
const FOUND_ANEW = [REJECTED_FILE, "rejects.parquet"] as const;

async function replaceBeside(workspace: Workspace, stage: StagedFolder, version: VersionName): Promise<void> {
  for (const file of BESIDE_ROWS) await putStaged(workspace, stage, version, file);
  for (const file of FOUND_ANEW)
    if (!(await exists(join(stage.folder, file)))) await workspace.place.remove(versionKey(version, file));
}

async function putStaged(
  workspace: Workspace,
  stage: StagedFolder,
  version: VersionName,
  file: VersionFile
): Promise<void> {
  const from = join(stage.folder, file);
  if (await exists(from))
    await workspace.place.putFile(versionKey(version, file), (path) => copyFile(from, path));
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false
  );

/** Whether a version has the ledger that a redaction would write again. */
async function hasLedger(workspace: Workspace, version: VersionName, redaction: string): Promise<boolean> {
  const before = await getJson(workspace, versionKey(version, "ledger.json"), LEDGER_FORM);
  return (
    before?.redaction === redaction && (await workspace.place.has(versionKey(version, "ledger.parquet")))
  );
}
