import {existsSync} from "node:fs";
import {rm} from "node:fs/promises";
import {join} from "node:path";
import {type Database, type DatabaseOptions, openDatabase, sqlName, sqlString} from "./duckdb.js";
import {readJson, temporaryPath} from "./files.js";
import {finalRunsRelation} from "./finalRuns.js";
import {readManifest, readModels, readRuns, readSplits, readVersions} from "./manifests.js";
import {type Columns, columnsLiteral, emptyRelation, writeNdjson} from "./parquet.js";
import {
  COMPLETIONS,
  ITEMS,
  LEDGER,
  PARTS,
  type RunManifest,
  SCORES,
  type SplitManifest,
  type VersionManifest
} from "./schema.js";
import {openRows, tellingColumns, withoutSealed} from "./sealed.js";
import {openWorkspace, type Workspace} from "./workspace.js";

/** A workspace with a DuckDB over it. Views are made from the files present when it was opened. */
export interface Store extends Database {
  readonly workspace: Workspace;
  versions(dataset?: string): Promise<VersionManifest[]>;
  /** The version that was pulled last, or undefined before the first pull. */
  latestVersion(dataset: string): Promise<VersionManifest | undefined>;
  splits(dataset?: string): Promise<SplitManifest[]>;
  /** Sealed runs, oldest first. */
  runs(): Promise<RunManifest[]>;
  /** Makes the views again, after files were added. */
  refresh(): Promise<void>;
}

/**
 * Opens the store of a project. Views: `runs`, `items`, `completions`, `scores`, `versions`, `splits`, `parts`,
 * `models`, `ledger`, `final_runs`, one per data set (its newest version) and one per version (`"name@version"`). Rows that a split
 * has sealed are in no view, and runs on a sealed part show their scores without content.
 */
export async function openStore(
  where: Workspace | string = process.cwd(),
  options: DatabaseOptions = {}
): Promise<Store> {
  const workspace = typeof where === "string" ? await openWorkspace(where) : where;
  const db = await openDatabase({tmpDir: workspace.tmpDir, ...options});
  const store: Store = {
    ...db,
    workspace,
    versions: (dataset) => readVersions(workspace, dataset),
    latestVersion: async (dataset) => {
      const latest = await readJson<{version: string}>(join(workspace.datasetDir(dataset), "latest.json"));
      return (
        latest &&
        readManifest<VersionManifest>(
          join(workspace.datasetDir(dataset, latest.version), "manifest.json"),
          "version"
        )
      );
    },
    splits: (dataset) => readSplits(workspace, dataset),
    runs: () => readRuns(workspace),
    refresh: () => makeViews(store)
  };
  try {
    await makeViews(store);
  } catch (error) {
    db.close();
    throw error;
  }
  return store;
}

async function makeViews(store: Store): Promise<void> {
  const {workspace} = store;
  const runs = await readRuns(workspace);
  const view = (name: string, query: string) =>
    store.run(`create or replace view ${sqlName(name)} as ${query}`);
  const tables: [string, Columns][] = [
    ["items", ITEMS],
    ["completions", COMPLETIONS],
    ["scores", SCORES]
  ];
  for (const [name, columns] of tables) {
    const filesOf = (sealed: boolean) =>
      runs
        .filter((run) => (run.split.part === "sealed") === sealed)
        .map((run) => join(workspace.runDir(run.id), `${name}.parquet`))
        .filter((file) => existsSync(file));
    const final = filesOf(true);
    const hidden = tellingColumns(name).map((column) => `cast(null as VARCHAR) as ${column}`);
    await view(
      name,
      parquetOf(filesOf(false), columns) +
        (final.length === 0
          ? ""
          : ` union all by name ${parquetOf(final, columns).replace("*", `* replace (${hidden.join(", ")})`)}`)
    );
  }
  await manifestTable(store, "runs", runs, {
    id: "VARCHAR",
    eval: "VARCHAR",
    status: "VARCHAR",
    dataset: "JSON",
    split: "JSON",
    counts: "JSON",
    costUsd: "DOUBLE",
    startedAt: "VARCHAR",
    sealedAt: "VARCHAR",
    seconds: "DOUBLE",
    candidates: "JSON",
    scorers: "JSON",
    code: "JSON"
  });
  const versions = await readVersions(workspace);
  await manifestTable(store, "versions", versions, {
    dataset: "VARCHAR",
    id: "VARCHAR",
    sha256: "VARCHAR",
    rows: "BIGINT",
    pulledAt: "VARCHAR",
    columns: "JSON",
    source: "JSON",
    changes: "JSON",
    parent: "VARCHAR"
  });
  const splits = await readSplits(workspace);
  for (const version of versions)
    await view(`${version.dataset}@${version.id}`, openRows(workspace, version, splits));
  for (const dataset of new Set(versions.map((version) => version.dataset))) {
    const latest = await store.latestVersion(dataset);
    if (latest) await view(dataset, openRows(workspace, latest, splits));
  }
  await manifestTable(store, "splits", splits, {
    id: "VARCHAR",
    name: "VARCHAR",
    dataset: "VARCHAR",
    version: "VARCHAR",
    strategy: "VARCHAR",
    settings: "JSON",
    seed: "VARCHAR",
    counts: "JSON",
    measures: "JSON",
    madeAt: "VARCHAR"
  });
  await view(
    "parts",
    splits.length
      ? splits
          .map(
            (split) =>
              `select ${sqlString(split.dataset)} as dataset, ${sqlString(split.id)} as split, * from read_parquet(${sqlString(join(workspace.splitDir(split.dataset, split.id), "parts.parquet"))}) where part <> 'sealed'`
          )
          .join(" union all ")
      : emptyRelation({dataset: "VARCHAR", split: "VARCHAR", ...PARTS})
  );
  await view("ledger", ledgerOf(workspace, versions, splits));
  await view("final_runs", finalRunsRelation(workspace));
  await manifestTable(store, "models", await readModels(workspace), {
    id: "VARCHAR",
    name: "VARCHAR",
    architecture: "VARCHAR",
    createdAt: "VARCHAR",
    parents: "JSON",
    training: "JSON",
    recipe: "JSON",
    metrics: "JSON",
    settings: "JSON"
  });
}

/** What scans found in every version that was scanned, but for rows that a split has sealed. */
function ledgerOf(
  workspace: Workspace,
  versions: readonly VersionManifest[],
  splits: readonly SplitManifest[]
): string {
  const scanned = versions.flatMap((version) => {
    const file = join(workspace.datasetDir(version.dataset, version.id), "ledger.parquet");
    const {dataset, id} = version;
    return existsSync(file)
      ? `select ${sqlString(dataset)} as dataset, ${sqlString(id)} as version, * from (${withoutSealed(`read_parquet(${sqlString(file)})`, workspace, dataset, splits)})`
      : [];
  });
  return scanned.length > 0
    ? scanned.join(" union all by name ")
    : emptyRelation({dataset: "VARCHAR", version: "VARCHAR", ...LEDGER});
}

function parquetOf(files: string[], columns: Columns): string {
  if (files.length === 0) return emptyRelation(columns);
  return `select * from read_parquet([${files.map(sqlString).join(", ")}], union_by_name = true)`;
}

/** Manifests are read through a temporary file into a table: they are few and small. */
async function manifestTable(
  store: Store,
  name: string,
  manifests: object[],
  columns: Columns
): Promise<void> {
  if (manifests.length === 0)
    return store.run(`create or replace table ${sqlName(name)} as ${emptyRelation(columns)}`);
  const file = temporaryPath(join(store.workspace.tmpDir, name));
  try {
    await writeNdjson(file, manifests);
    await store.run(
      `create or replace table ${sqlName(name)} as select * from read_json(${sqlString(file)}, format = 'newline_delimited', columns = ${columnsLiteral(columns)})`
    );
  } finally {
    await rm(file, {force: true});
  }
}
