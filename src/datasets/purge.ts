import {existsSync} from "node:fs";
import {readdir, rm, stat} from "node:fs/promises";
import {join} from "node:path";
import {
  type Database,
  listFolders,
  messageOf,
  openDatabase,
  readJson,
  type RunManifest,
  type SplitManifest,
  sqlString,
  UserError,
  type VersionManifest,
  withLock,
  type Workspace,
  writeJsonAtomic,
  writeParquet
} from "../store/index.js";
import {loadTombstones, readTombstones, tombstoneHash, writeTombstones} from "./tombstones.js";

export interface PurgeOptions {
  /** SQL condition over the data set's columns. */
  where: string;
  /** Why, for the record: must not name the person. */
  reason: string;
  now?: () => Date;
}

export interface PurgeResult {
  dataset: string;
  /** Different rows erased, over all versions. */
  rows: number;
  versions: {id: string; rows: number}[];
  splits: string[];
  runs: string[];
  /** Runs whose unsealed calls were dropped with their journal; they are asked again. */
  journals: string[];
  /** Files in the store that hold copies this cannot look into. Remove them by hand. */
  notErased: string[];
}

/**
 * Erases rows, wherever the store keeps them: every version, rejected rows, ledgers, splits, the outputs and excerpts of
 * runs, journals and downloads. What was measured stays, under an id that leads nowhere; versions and runs say that rows
 * were erased, and a tombstone keeps the rows from coming back with the next pull. Tombstones are written first: after a
 * kill the same command finishes the work.
 */
export async function purge(
  workspace: Workspace,
  dataset: string,
  options: PurgeOptions
): Promise<PurgeResult> {
  return withLock(
    workspace.lockPath(`pull-${dataset}`),
    {what: `a purge of ${dataset}`, waitMs: 60_000},
    async () => {
      const db = await openDatabase({tmpDir: workspace.tmpDir});
      try {
        return await purgeWith(db, workspace, dataset, options);
      } finally {
        db.close();
      }
    }
  );
}

async function purgeWith(
  db: Database,
  workspace: Workspace,
  dataset: string,
  {where, reason, now = () => new Date()}: PurgeOptions
): Promise<PurgeResult> {
  const root = workspace.datasetDir(dataset);
  const versions = await listFolders(root);
  if (versions.length === 0) throw new UserError(`the store has no version of ${dataset}.`);
  const tombstones = await readTombstones(workspace, dataset);
  const found = await matching(
    db,
    dataset,
    versions.map((id) => join(root, id)),
    where,
    tombstoneHash(tombstones)
  );
  const at = now().toISOString();
  const known = new Set(tombstones.rows.map(({hash}) => hash));
  const fresh = found.filter((hash) => !known.has(hash));
  if (found.length === 0 && known.size === 0)
    throw new UserError(`no row of ${dataset} meets ${where}. Nothing was erased.`);
  tombstones.rows.push(...fresh.map((hash) => ({hash, at, reason})));
  await writeTombstones(workspace, dataset, tombstones);
  await loadTombstones(db, tombstones);
  const eraser = new Eraser(db, tombstoneHash(tombstones), {at, reason});
  const result: PurgeResult = {
    dataset,
    rows: fresh.length,
    versions: [],
    splits: [],
    runs: [],
    journals: [],
    notErased: []
  };
  for (const id of versions) {
    const rows = await eraser.version(join(root, id));
    if (rows > 0) result.versions.push({id, rows});
  }
  for (const id of await listFolders(join(workspace.dir, "splits", dataset)))
    if (await eraser.split(workspace.splitDir(dataset, id))) result.splits.push(id);
  for (const id of await listFolders(join(workspace.dir, "runs"))) {
    const folder = workspace.runDir(id);
    const manifest = await readJson<RunManifest>(join(folder, "manifest.json"));
    if (manifest && manifest.dataset.name !== dataset) continue;
    if (manifest && (await eraser.run(folder, manifest))) result.runs.push(id);
    // A journal numbers its calls; which rows they are is known to a start only.
    const journals = ["journal.ndjson", "scores.ndjson"]
      .map((name) => join(folder, name))
      .filter((file) => existsSync(file));
    if (journals.length > 0) result.journals.push(id);
    for (const file of journals) await rm(file);
  }
  await rm(join(workspace.dir, "downloads"), {recursive: true, force: true});
  for (const file of await filesBelow(join(workspace.dir, "exports"))) {
    if (!file.endsWith(".parquet")) result.notErased.push(file);
    else await eraser.rows(file, "without");
  }
  return result;
}

/** Hashes of the rows that meet the condition in any version; a version without one of its columns has none. */
async function matching(
  db: Database,
  dataset: string,
  folders: readonly string[],
  where: string,
  hash: string
): Promise<string[]> {
  const found = new Set<string>();
  let failure: unknown;
  let read = 0;
  for (const folder of folders)
    for (const name of ["rows.parquet", "rejected.parquet"]) {
      const file = join(folder, name);
      if (!existsSync(file)) continue;
      try {
        const query = `select distinct ${hash} as hash from read_parquet(${sqlString(file)}) where (${where})`;
        for await (const batch of db.batches<{hash: string}>(query))
          for (const row of batch) found.add(row.hash);
        read++;
      } catch (error) {
        failure = error;
      }
    }
  if (read === 0)
    throw new UserError(
      `${dataset}: --where is not a condition over its columns: ${messageOf(failure).split("\n")[0]}. Nothing was erased.`,
      {cause: failure}
    );
  return [...found];
}

class Eraser {
  constructor(
    private readonly db: Database,
    private readonly hash: string,
    private readonly note: {at: string; reason: string}
  ) {}

  /** Rows erased from a version's own rows; its other files lose theirs too. */
  async version(folder: string): Promise<number> {
    let erased = 0;
    for (const name of await readdir(folder))
      if (name.endsWith(".parquet") && !name.startsWith(".")) {
        const rows = await this.rows(join(folder, name), "without");
        if (name === "rows.parquet") erased = rows;
      }
    const file = join(folder, "manifest.json");
    const manifest = await readJson<VersionManifest>(file);
    if (erased > 0 && manifest)
      await writeJsonAtomic(file, {
        ...manifest,
        rows: manifest.rows - erased,
        bytes: (await stat(join(folder, "rows.parquet"))).size,
        purged: [...(manifest.purged ?? []), {rows: erased, ...this.note}]
      });
    return erased;
  }

  async split(folder: string): Promise<boolean> {
    const parts = join(folder, "parts.parquet");
    if ((await this.rows(parts, "without")) === 0) return false;
    const file = join(folder, "manifest.json");
    const manifest = await readJson<SplitManifest>(file);
    const counts = await this.db.rows<{part: string; n: number}>(
      `select part, count(*)::int as n from read_parquet(${sqlString(parts)}) group by part order by part`
    );
    if (manifest)
      await writeJsonAtomic(file, {
        ...manifest,
        counts: Object.fromEntries(counts.map(({part, n}) => [part, n]))
      });
    return true;
  }

  /** Scores stay: they say nothing about a person. What was asked, expected and answered goes. */
  async run(folder: string, manifest: RunManifest): Promise<boolean> {
    const nothing = (...columns: string[]) => columns.map((column) => `null as ${column}`).join(", ");
    const erased = await this.rows(
      join(folder, "items.parquet"),
      `replace (@id as row_id, '' as row_hash, '{}' as slices, ${nothing("cluster", "expected", "excerpt")})`
    );
    const completions = await this.rows(
      join(folder, "completions.parquet"),
      `replace (@id as row_id, '' as key, ${nothing("output", "tool_calls", "logprobs")}, case when reason is not null then 'erased' end as reason)`
    );
    await this.rows(
      join(folder, "scores.parquet"),
      `replace (@id as row_id, '' as key, null as details, case when reason is not null then 'erased' end as reason)`
    );
    if (erased + completions === 0) return false;
    await writeJsonAtomic(join(folder, "manifest.json"), {
      ...manifest,
      purged: [...(manifest.purged ?? []), {rows: erased, ...this.note}]
    });
    return true;
  }

  /** Writes a file again without its erased rows, or with these columns of theirs replaced; how many there were. */
  async rows(file: string, action: string): Promise<number> {
    if (!existsSync(file)) return 0;
    const source = `read_parquet(${sqlString(file)})`;
    const columns = await this.db.rows<{column_name: string}>(`describe select * from ${source}`);
    if (!columns.some(({column_name}) => column_name === "row_id")) return 0;
    const gone = `${this.hash} in (select hash from erased)`;
    const found = await this.db.row<{n: number}>(`select count(*)::int as n from ${source} where ${gone}`);
    if (!found?.n) return 0;
    const kept = `select * from ${source} where not (${gone})`;
    // Prefixed, so that it is nobody's row id and two tables of a run still join.
    const id = `'erased-' || ${this.hash}[1:16]`;
    const blank = `select * ${action.replaceAll("@id", id)} from ${source} where ${gone}`;
    await writeParquet(this.db, file, action === "without" ? kept : `${kept} union all by name ${blank}`);
    return found.n;
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, {withFileTypes: true, recursive: true}).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
