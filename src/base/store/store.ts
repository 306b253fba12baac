import {rm} from "node:fs/promises";
import {join} from "node:path";
import {type PriceableRun, type Pricing, pricingOf} from "./costColumn.js";
import {type Database, type DatabaseOptions, openDatabase, sqlName} from "./duckdb.js";
import {temporaryPath} from "../system/files.js";
import {heldOutBarrier} from "./heldOut.js";
import {latestVersion} from "./kinds/dataset.js";
import {ERASED} from "./kinds/eraseRows.js";
import type {Kind, StoreView, ViewContext, Workspace} from "./kinds/kind.js";
import {readRuns} from "./kinds/run.js";
import {readSplits} from "./kinds/split.js";
import {readVersion, readVersions} from "./kinds/version.js";
import {emptyRelation, readNdjson, writeNdjson} from "./parquet.js";
import {remember} from "../system/remember.js";
import type {RunManifest} from "./records/run.js";
import {viewed, type ViewedDatabase} from "./viewed.js";
import {openWorkspace} from "./openWorkspace.js";
import type {SplitManifest} from "./records/split.js";
import type {VersionManifest} from "./records/version.js";
import {manifestsOf} from "./kinds/records.js";

/**
 * A workspace with a DuckDB over it, which starts at the first statement. Its views are of the files that were present when it was
 * opened, or after a `refresh` at the next statement.
 */
export interface Store extends ViewedDatabase {
  readonly workspace: Workspace;
  versions(dataset?: string): Promise<VersionManifest[]>;
  /** The version that was pulled last, or undefined before the first pull. */
  latestVersion(dataset: string): Promise<VersionManifest | undefined>;
  splits(dataset?: string): Promise<SplitManifest[]>;
  /** Sealed runs in the order in which they were last asked for, the newest last; those that were archived only when asked for. */
  runs(options?: {archived?: boolean}): Promise<RunManifest[]>;
  /** How the calls of a run are priced: at the prices of its record, then at the project's newest. */
  pricing(run: PriceableRun): Promise<Pricing>;
  /** Names of all tables and views, in no order. */
  tables(): Promise<string[]>;
  /** A regular expression for the whole of an erased row's id. */
  readonly erasedIds: string;
}

/**
 * Opens the store of a project, with the tables that its kinds of record have, a view for each dataset (its newest version) and one
 * for each version (`"name@version"`). Rows that a split holds out are in no view, and runs on a held-out part show their
 * scores without content.
 */
export async function openStore(
  where: Workspace | string = process.cwd(),
  options: DatabaseOptions = {}
): Promise<Store> {
  const workspace = typeof where === "string" ? await openWorkspace(where) : where;
  let found: StoreView[] | undefined = await viewsOf(workspace);
  const db = viewed(
    () => openDatabase({tmpDir: workspace.tmpDir, ...options}),
    async (opened) => {
      const views = found ?? (await viewsOf(workspace));
      found = undefined;
      for (const view of views) await makeView(opened, workspace.tmpDir, view);
    }
  );
  return {
    ...db,
    refresh: () => {
      found = undefined;
      db.refresh();
    },
    workspace,
    versions: (dataset) => readVersions(workspace, dataset),
    latestVersion: async (dataset) => {
      const latest = await latestVersion(workspace, dataset);
      return latest && readVersion(workspace, {dataset, id: latest.version});
    },
    splits: (dataset) => readSplits(workspace, dataset),
    runs: (options) => readRuns(workspace, options),
    pricing: (run) => pricingOf(workspace.project, run),
    tables: async () => (await db.rows<{name: string}>("show tables")).map(({name}) => name),
    erasedIds: ERASED
  };
}

/** Throws UserError where a record is of another form. */
async function viewsOf(workspace: Workspace): Promise<StoreView[]> {
  const manifests = remember(
    (kind: Kind) => kind,
    (kind) => manifestsOf(workspace, kind)
  );
  const barrier = heldOutBarrier(workspace);
  const context: ViewContext = {
    workspace,
    manifests: async <T extends object>(kind: Kind<T>) => [...(await manifests(kind as Kind))] as T[],
    open: (relation, version) => barrier(version, relation)
  };
  const views: StoreView[] = [];
  for (const kind of workspace.kinds) views.push(...((await kind.views?.(context)) ?? []));
  return withoutClashes(views);
}

/** A dataset called as a table of the store, or as another dataset but for case, is read as `dataset_NAME`. */
function withoutClashes(views: readonly StoreView[]): StoreView[] {
  const taken = new Set(views.filter(({dataset}) => !dataset).map(({name}) => name.toLowerCase()));
  return views.map((view) => {
    if (!view.dataset) return view;
    let {name} = view;
    while (taken.has(name.toLowerCase())) name = `dataset_${name}`;
    taken.add(name.toLowerCase());
    return {...view, name};
  });
}

async function makeView(db: Database, tmpDir: string, {name, of}: StoreView): Promise<void> {
  if (typeof of === "string") return db.run(`create or replace view ${sqlName(name)} as ${of}`);
  const {rows, columns} = of;
  if (rows.length === 0)
    return db.run(`create or replace table ${sqlName(name)} as ${emptyRelation(columns)}`);
  // Manifests are read through a temporary file: they are few and small.
  const file = temporaryPath(join(tmpDir, name));
  try {
    const {longest} = await writeNdjson(file, rows);
    await db.run(
      `create or replace table ${sqlName(name)} as select * from ${readNdjson(file, columns, longest)}`
    );
  } finally {
    await rm(file, {force: true});
  }
}
