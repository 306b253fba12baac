import {existsSync} from "node:fs";
import {mkdir, rename, rm, stat} from "node:fs/promises";
import {join} from "node:path";
import {
  type Columns,
  type Database,
  flushFolder,
  hashJson,
  openDatabase,
  readJson,
  ROW_COLUMNS,
  sqlName,
  sqlString,
  sweepTemporary,
  temporaryPath,
  UserError,
  type VersionManifest,
  withLock,
  type Workspace,
  writeJsonAtomic,
  writeParquet,
  messageOf
} from "../store/index.js";
import type {DatasetDefinition} from "./define.js";
import {brokenLines} from "./brokenLines.js";
import {applyFilters} from "./filters/index.js";
import {sourceRelation} from "./relation.js";

export interface PullOptions {
  /** Wait this long for another pull of the same data set; default 60 s. */
  waitMs?: number;
  onProgress?: (message: string) => void;
  now?: () => Date;
}

export interface PullResult {
  version: VersionManifest;
  /** False when the newest version already had exactly these rows. */
  changed: boolean;
}

/**
 * Reads a data set's source into a version. The version's id is a hash of its columns and of the multiset of its
 * rows, so equal content gives the same id in whatever order it was read; an unchanged pull makes nothing new.
 * Nothing appears in the store before the version is whole.
 */
export async function pull(
  workspace: Workspace,
  definition: DatasetDefinition,
  options: PullOptions = {}
): Promise<PullResult> {
  const root = workspace.datasetDir(definition.name);
  return withLock(
    workspace.lockPath(`pull-${definition.name}`),
    {what: `a pull of ${definition.name}`, waitMs: options.waitMs ?? 60_000, onWait: options.onProgress},
    async () => {
      await mkdir(root, {recursive: true});
      await sweepTemporary(root);
      await sweepTemporary(workspace.tmpDir);
      const sourceKey = await sourceKeyOf(definition);
      const known = sourceKey && (await knownVersion(workspace, definition.name, sourceKey));
      if (known) return {version: known, changed: false};
      const stage = temporaryPath(join(root, "pull"));
      const ndjson = temporaryPath(join(workspace.tmpDir, `${definition.name}.ndjson`));
      const db = await openDatabase({tmpDir: workspace.tmpDir});
      try {
        await mkdir(stage);
        return await pullInto(db, workspace, definition, {stage, ndjson, sourceKey}, options);
      } finally {
        db.close();
        await rm(stage, {recursive: true, force: true});
        await rm(ndjson, {force: true});
      }
    }
  );
}

async function pullInto(
  db: Database,
  workspace: Workspace,
  definition: DatasetDefinition,
  {stage, ndjson, sourceKey}: {stage: string; ndjson: string; sourceKey: string | undefined},
  options: PullOptions
): Promise<PullResult> {
  const name = definition.name;
  const {relation, describe, jsonLines} = await sourceRelation(definition, workspace.project, ndjson);
  const failed = (doing: string) => async (cause: unknown) => {
    const lines = (await Promise.all(jsonLines.map((file) => brokenLines(file)))).flat();
    const found = lines.map(({file, line, reason}) => `${file} line ${line}: ${reason}`).join("; ");
    throw new UserError(
      `data set ${name}: ${doing} failed: ${found || messageOf(cause)}. No version was made.`,
      {cause}
    );
  };
  const query = await itemsQuery(db, definition, relation).catch(failed("reading its columns"));
  const rowsFile = join(stage, "rows.parquet");
  await writeParquet(db, rowsFile, query).catch(failed("reading its rows"));
  const rejectedFile = join(stage, REJECTED);
  const filtered = await applyFilters(db, definition, rowsFile, rejectedFile);
  const columns = await describeColumns(db, `read_parquet(${sqlString(rowsFile)})`);
  await assertSound(db, definition, rowsFile);
  const identity = await contentIdentity(db, rowsFile);
  const sha256 = hashJson({columns, ...identity});
  const id = sha256.slice(0, 16);
  const root = workspace.datasetDir(name);
  const target = workspace.datasetDir(name, id);
  const latest = await readJson<{version: string}>(join(root, "latest.json"));
  const parent = latest && latest.version !== id ? latest.version : undefined;
  const pulledAt = (options.now?.() ?? new Date()).toISOString();
  const roles = pick(definition, ["description", "licence", "label", "text", "group", "time", "sensitivity"]);
  const point = () =>
    writeJsonAtomic(join(root, "latest.json"), {version: id, pulledAt, ...(sourceKey ? {sourceKey} : {})});
  if (existsSync(target)) {
    const before = await readJson<VersionManifest>(join(target, "manifest.json"));
    // The rows are the same, but the definition may say more about them than it did.
    const version = {...before!, ...roles, ...filtered};
    if (filtered) await rename(rejectedFile, join(target, REJECTED));
    if (hashJson(version) !== hashJson(before)) await writeJsonAtomic(join(target, "manifest.json"), version);
    if (latest?.version !== id || sourceKey) await point();
    return {version, changed: latest?.version !== id};
  }
  const manifest: VersionManifest = {
    kind: "version",
    schemaVersion: 1,
    dataset: name,
    id,
    sha256,
    rows: identity.rows,
    columns,
    pulledAt,
    source: describe,
    bytes: (await stat(rowsFile)).size,
    ...(parent
      ? {
          parent,
          changes: await countChanges(db, join(workspace.datasetDir(name, parent), "rows.parquet"), rowsFile)
        }
      : {}),
    ...roles,
    ...filtered,
    checks: Object.keys(definition.checks ?? {}).map((check) => ({name: check, passed: true}))
  };
  await writeJsonAtomic(join(stage, "manifest.json"), manifest);
  await rename(stage, target);
  await flushFolder(root);
  await point();
  return {version: manifest, changed: true};
}

/** What a pull would read and do, when the source can tell without being read. */
async function sourceKeyOf(definition: DatasetDefinition): Promise<string | undefined> {
  const {source, ...rest} = definition;
  if (source.kind !== "rows" || !source.fingerprint) return undefined;
  return hashJson({...rest, fingerprint: await source.fingerprint()});
}

async function knownVersion(
  workspace: Workspace,
  name: string,
  sourceKey: string
): Promise<VersionManifest | undefined> {
  const latest = await readJson<{version: string; sourceKey?: string}>(
    join(workspace.datasetDir(name), "latest.json")
  );
  if (latest?.sourceKey !== sourceKey) return undefined;
  const folder = workspace.datasetDir(name, latest.version);
  if (!existsSync(join(folder, "rows.parquet"))) return undefined;
  return readJson<VersionManifest>(join(folder, "manifest.json"));
}

/** The rows that the filters dropped, beside the version's rows. */
const REJECTED = "rejected.parquet";

function pick<T extends object, K extends keyof T>(from: T, keys: K[]): Partial<Pick<T, K>> {
  return Object.fromEntries(
    keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]])
  ) as Partial<Pick<T, K>>;
}

async function describeColumns(db: Database, relation: string): Promise<{name: string; type: string}[]> {
  const rows = await db.rows<{column_name: string; column_type: string}>(
    `describe select * from ${relation}`
  );
  return rows.map((row) => ({name: row.column_name, type: row.column_type}));
}

/** The version's rows: id and content hash first, then the data set's own columns. */
async function itemsQuery(db: Database, definition: DatasetDefinition, relation: string): Promise<string> {
  const items = definition.sql
    ? `with source as (select * from ${relation}) ${definition.sql}`
    : `select * from ${relation}`;
  const columns = await describeColumns(db, `(${items})`);
  const names = columns.map((column) => column.name);
  const reserved = Object.keys(ROW_COLUMNS satisfies Columns).filter((column) => names.includes(column));
  const wanted = (["id", "text", "label", "group", "time"] as const).filter(
    (role) => definition[role] && !names.includes(definition[role])
  );
  const problems = [
    ...reserved.map((column) => `column "${column}" is Assay's own; rename it in \`sql\``),
    ...wanted.map(
      (role) => `\`${role}\` names column "${definition[role]}", which is not among ${names.join(", ")}`
    )
  ];
  if (problems.length > 0) throw new UserError(`data set ${definition.name}: ${problems.join("; ")}.`);
  const struct = [...names]
    .sort()
    .map((column) => `${sqlString(column)}: ${sqlName(column)}`)
    .join(", ");
  const hashed = `select *, sha256(to_json({${struct}})::varchar) as row_hash from (${items})`;
  const id = definition.id
    ? `${sqlName(definition.id)}::varchar`
    : `row_hash || case row_number() over (partition by row_hash) when 1 then '' else '-' || row_number() over (partition by row_hash) end`;
  return `select ${id} as row_id, row_hash, * exclude (row_hash) from (${hashed})`;
}

/** Ids are present and unique and all checks hold; every problem is named at once. */
async function assertSound(db: Database, definition: DatasetDefinition, file: string): Promise<void> {
  const rows = `read_parquet(${sqlString(file)})`;
  const problems: string[] = [];
  const missing = await db.row<{n: number}>(
    `select count(*)::int as n from ${rows} where row_id is null or row_id = ''`
  );
  if (missing?.n) problems.push(`${missing.n} rows have no id (column "${definition.id}")`);
  if (definition.id) {
    const twice = await db.rows<{row_id: string; n: number}>(
      `select row_id, count(*)::int as n from ${rows} where row_id is not null group by row_id having count(*) > 1 order by row_id limit 6`
    );
    if (twice.length > 0)
      problems.push(
        `ids are not unique: ${twice
          .slice(0, 5)
          .map(({row_id, n}) => `${JSON.stringify(row_id)} ${n} times`)
          .join(", ")}${twice.length > 5 ? ", …" : ""}`
      );
  }
  for (const [name, condition] of Object.entries(definition.checks ?? {})) {
    const broken = await db.rows<{row_id: string; n: number}>(
      `select row_id, count(*) over ()::int as n from ${rows} where not coalesce((${condition}), false) order by row_id limit 3`
    );
    if (broken[0])
      problems.push(
        `check "${name}" fails for ${broken[0].n} rows, among them ${broken.map(({row_id}) => JSON.stringify(row_id)).join(", ")}`
      );
  }
  if (problems.length > 0)
    throw new UserError(`data set ${definition.name}: ${problems.join("; ")}. No version was made.`);
}

/**
 * What a multiset of rows comes to, in any order: four 64-bit words of every row's SHA-256 added up as whole
 * numbers. Addition, unlike XOR, does not let pairs of equal rows cancel.
 */
async function contentIdentity(db: Database, file: string): Promise<{rows: number; sums: string[]}> {
  const word = (i: number) => `sum(('0x' || row_hash[${i * 16 + 1}:${i * 16 + 16}])::ubigint)::varchar`;
  const id = (i: number) => `sum(('0x' || id_hash[${i * 16 + 1}:${i * 16 + 16}])::ubigint)::varchar`;
  const found = await db.row<{rows: number; sums: string[]}>(
    `select count(*)::bigint as rows, [${[0, 1, 2, 3].map(word).join(", ")}, ${[0, 1].map(id).join(", ")}] as sums
     from (select row_hash, sha256(row_id || row_hash) as id_hash from read_parquet(${sqlString(file)}))`
  );
  return {rows: found!.rows, sums: found!.sums.map(String)};
}

async function countChanges(
  db: Database,
  before: string,
  after: string
): Promise<{added: number; removed: number; changed: number}> {
  const found = await db.row<{added: number; removed: number; changed: number}>(
    `select count(*) filter (a.row_id is null)::int as added, count(*) filter (b.row_id is null)::int as removed,
            count(*) filter (a.row_hash <> b.row_hash)::int as changed
     from (select row_id, row_hash from read_parquet(${sqlString(before)})) a
     full join (select row_id, row_hash from read_parquet(${sqlString(after)})) b on a.row_id = b.row_id`
  );
  return found!;
}
