import {rm} from "node:fs/promises";
import {join} from "node:path";
import {
  datasetKey,
  latestVersion,
  openDatabase,
  type VersionManifest,
  type Workspace,
  writeVersion,
  readVersion,
  recordsOf,
  versionKind
} from "../../../base/store/index.js";
import {hashJson, sweepTemporary, temporaryPath, makeFolder} from "../../../base/system/index.js";
import {assertDataset, type DatasetDefinition} from "../define.js";
import {knownVersion, sourceKeyOf} from "../knownVersion.js";
import {noteOrigin, originOf} from "../origin/index.js";
import {assertPlainSql} from "../plainSql.js";
import {rowsFingerprint, sourceWithoutSecrets} from "../sources/index.js";
import {statedMembers} from "../statedMembers.js";
import {assertStaged} from "./assertStaged.js";
import {keepVersion} from "./keepVersion.js";
import type {PullOptions, PullResult} from "./options.js";
import {stageRows} from "./stagedRows.js";

/** Most memory DuckDB takes before it writes to disk: a pull stays below 2 GB whatever the size of its source. */
const MEMORY = "1200MB";

/**
 * Reads a dataset's source into a version. The version's id is a hash of its columns and of the multiset of its
 * rows, so equal content gives the same id in whatever order it was read; an unchanged pull makes nothing new.
 * Nothing appears in the store before the version is whole.
 */
export async function pull(
  workspace: Workspace,
  definition: DatasetDefinition,
  options: PullOptions = {}
): Promise<PullResult> {
  assertDataset(definition);
  if (definition.privacy && !options.redactor)
    throw new Error(`dataset ${definition.name} has privacy rules, and pull was given no redactor`);
  await assertPlainSql(definition);
  const present: DatasetDefinition = {...definition};
  delete present.earlier;
  const {earlier = []} = definition;
  const latest = await latestVersion(workspace, definition.name);
  for (let made = latest ? (latest.earlier ?? earlier.length) : 0; made < earlier.length; made++)
    await pullOne(workspace, earlierState(present, earlier[made]!), options, made + 1);
  return pullOne(workspace, present, options);
}

function earlierState(definition: DatasetDefinition, condition: string): DatasetDefinition {
  return {
    ...definition,
    sql: `select * from (${definition.sql ?? "select * from source"}\n) where (\n${condition}\n)`
  };
}

async function pullOne(
  workspace: Workspace,
  definition: DatasetDefinition,
  options: PullOptions,
  earlier?: number
): Promise<PullResult> {
  return workspace.lease(
    `pull-${definition.name}`,
    {what: `a pull of ${definition.name}`, waitMs: options.waitMs ?? 60_000, onWait: options.onProgress},
    async (held) => {
      await workspace.place.sweep(datasetKey(definition.name));
      await sweepTemporary(workspace.tmpDir);
      await forgetSecrets(workspace, definition.name);
      const fingerprint = await rowsFingerprint(definition.source);
      const sourceKey = sourceKeyOf(definition, options.redactor, fingerprint);
      const known = sourceKey && (await knownVersion(workspace, definition.name, sourceKey));
      if (known) {
        await noteOrigin(workspace, definition, fingerprint);
        const version = {...known, ...statedMembers(definition, filteredBefore(definition, known))};
        if (hashJson(version) !== hashJson(known)) await writeVersion(workspace, version);
        return {version, changed: false};
      }
      const stage = await workspace.place.stage(datasetKey(definition.name));
      const scratch = temporaryPath(join(workspace.tmpDir, definition.name));
      await makeFolder(scratch);
      const db = await openDatabase({tmpDir: scratch, memoryLimit: MEMORY});
      try {
        // The rows are a multiset: keeping their order would hold back whole batches in memory.
        await db.run("set preserve_insertion_order = false");
        const origin =
          earlier === undefined ? await originOf(db, workspace.project, definition, fingerprint) : undefined;
        const own = {db, workspace, definition, options};
        const begun = {...own, stage, scratch, sourceKey, origin, earlier, held};
        const staged = await stageRows(begun);
        await assertStaged(begun, staged);
        const kept = await keepVersion(begun, staged);
        // The present state reads the same source after an earlier one.
        if (earlier === undefined) await staged.source.kept?.();
        return kept;
      } finally {
        db.close();
        await stage.discard();
        await rm(scratch, {recursive: true, force: true});
      }
    }
  );
}

/** A source that is not read again has the filters of before: they are part of what it is known by. */
const filteredBefore = ({filters: named}: DatasetDefinition, {rejected, filters}: VersionManifest) =>
  named && rejected !== undefined && filters ? {rejected, filters} : undefined;

/** Takes keys and passwords of addresses out of the records of a dataset's versions: they were once kept there. */
async function forgetSecrets(workspace: Workspace, dataset: string): Promise<void> {
  for await (const {id} of recordsOf(workspace, versionKind, {dataset})) {
    const version = await readVersion(workspace, {dataset, id});
    if (!version?.source) continue;
    const source = sourceWithoutSecrets(version.source);
    if (hashJson(source) !== hashJson(version.source)) await writeVersion(workspace, {...version, source});
  }
}
