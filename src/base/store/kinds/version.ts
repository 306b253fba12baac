import {stat} from "node:fs/promises";
import {emptyRelation, type ColumnTypes, parquetFile} from "../parquet.js";
import {answeringRuns, LEDGER, type VersionManifest} from "../records/version.js";
import {anyObject, anyText, listOf, number, text} from "../../validation/checked.js";
import {having} from "../../validation/fileForm.js";
import {checkName} from "../../validation/names.js";
import {latestVersion} from "./dataset.js";
import {countRows, eraseRows} from "./eraseRows.js";
import type {Erased, Erasing, RecordLocation, Kind, StoreView, ViewContext, Workspace} from "./kind.js";
import {manifestsOf, putJson, readRecord} from "./records.js";

export type VersionName = Pick<VersionManifest, "dataset" | "id">;

/** What lies in a version's folder beside its manifest. */
export type VersionFile =
  | "manifest.json"
  | "rows.parquet"
  /** Rows that filters dropped. */
  | "rejected.parquet"
  /** What a scan found, and its counts. */
  | "ledger.parquet"
  | "ledger.json"
  /** Lines of the source that could not be read. */
  | "rejects.parquet"
  | `${typeof NEAR_DUPLICATES}${string}`;

/** How the names of clusters of near-duplicates begin, in a version's folder. */
export const NEAR_DUPLICATES = "near-duplicates-";

/** The key of a version's folder, or of a file in it. */
export function versionKey({dataset, id}: VersionName, file?: VersionFile): string {
  const folder = `datasets/${checkName("dataset", dataset)}/${checkName("version", id)}`;
  return file === undefined ? folder : `${folder}/${file}`;
}

/** All rows of a version as a relation, held-out ones too: only for what no reader sees the rows of. */
export async function versionRows({place}: Workspace, version: VersionName): Promise<string> {
  return parquetFile(await place.readable(versionKey(version, "rows.parquet")));
}

/** Another table of a version as a relation; undefined when the version has none. */
export async function versionTable(
  {place}: Workspace,
  version: VersionName,
  file: VersionFile
): Promise<string | undefined> {
  const key = versionKey(version, file);
  return (await place.has(key)) ? parquetFile(await place.readable(key)) : undefined;
}

/** Whether the rows are there: a version may be named by a run that outlived it. */
export function hasRows({place}: Workspace, version: VersionName): Promise<boolean> {
  return place.has(versionKey(version, "rows.parquet"));
}

export const versionKind: Kind<VersionManifest> = {
  name: "version",
  at: "datasets/{dataset}/{id}",
  manifest: "manifest.json",
  form: {
    kind: "version",
    schemaVersion: 1,
    members: {
      dataset: text(),
      id: text(),
      rows: number({least: 0}),
      columns: listOf(having({name: anyText(), type: text()})),
      pulledAt: text().optional(),
      purged: listOf(anyObject()).optional()
    },
    renew: "assay pull"
  },
  shown: ["ledger.json"],
  // A split counts the labels of its version.
  before: ["split"],
  tables: {
    versions: "dataset versions",
    ledger: "what scans for personal data and secrets found in versions"
  },
  views: versionViews,
  refersTo: async ({manifestKey}, workspace) => {
    const version = await readRecord(workspace, versionKind, manifestKey);
    return version ? answeringRuns(version) : [];
  },
  collect: {
    stays: async (workspace, {keep}) => {
      const retained = await retainedVersions(workspace, keep);
      return (version) => retained.has(versionReference(version.dataset, version.id));
    },
    lease: ({dataset}) => `pull-${dataset}`
  },
  erase: eraseVersion
};

/** How a record refers to a version. */
export const versionReference = (dataset: string, id: string) => `${dataset}@${id}`;

/** Versions of one dataset, or of all, by dataset and time of the pull. */
export async function readVersions(
  workspace: Pick<Workspace, "place">,
  dataset?: string
): Promise<VersionManifest[]> {
  const found = await manifestsOf(workspace, versionKind, {dataset: dataset!});
  return found.sort((a, b) => a.dataset.localeCompare(b.dataset) || a.pulledAt.localeCompare(b.pulledAt));
}

/** One version's record; undefined when the store has none. */
export function readVersion(
  workspace: Pick<Workspace, "place">,
  version: VersionName
): Promise<VersionManifest | undefined> {
  return readRecord(workspace, versionKind, versionKey(version, "manifest.json"));
}

export async function writeVersion(workspace: Workspace, version: VersionManifest): Promise<void> {
  await putJson(workspace, versionKey(version, "manifest.json"), version);
}

/** The newest `keep` of every dataset, the one that was pulled last, and what its drift is watched against. */
export async function retainedVersions(workspace: Workspace, keep: number): Promise<Set<string>> {
  const versions = await readVersions(workspace);
  const retained = new Set<string>();
  for (const dataset of new Set(versions.map((version) => version.dataset))) {
    const latest = await latestVersion(workspace, dataset);
    for (const {id} of versions.filter((version) => version.dataset === dataset).slice(-keep))
      retained.add(versionReference(dataset, id));
    if (latest) retained.add(versionReference(dataset, latest.version));
    const watched = versions.find(({id, ...one}) => one.dataset === dataset && id === latest?.version)?.watch;
    if (watched) retained.add(versionReference(dataset, watched.reference));
  }
  return retained;
}

const VERSIONS: ColumnTypes = {
  dataset: "VARCHAR",
  id: "VARCHAR",
  sha256: "VARCHAR",
  rows: "BIGINT",
  pulledAt: "VARCHAR",
  columns: "JSON",
  source: "JSON",
  changes: "JSON",
  parent: "VARCHAR"
};

/** One view for each version, one for each dataset's newest, and what scans found in all of them. */
async function versionViews({workspace, manifests, open}: ViewContext): Promise<StoreView[]> {
  const versions = await manifests(versionKind);
  const views: StoreView[] = [{name: "versions", of: {rows: versions, columns: VERSIONS}}];
  const openRows = async (version: VersionName) => open(await versionRows(workspace, version), version);
  for (const version of versions)
    views.push({name: `${version.dataset}@${version.id}`, of: await openRows(version)});
  for (const dataset of new Set(versions.map((version) => version.dataset))) {
    const latest = await latestVersion(workspace, dataset);
    const id = latest?.version;
    if (id !== undefined && versions.some((version) => version.dataset === dataset && version.id === id))
      views.push({dataset: true, name: dataset, of: await openRows({dataset, id})});
  }
  const scanned: string[] = [];
  for (const version of versions) {
    const ledger = await versionTable(workspace, version, "ledger.parquet");
    const {dataset, id} = version;
    if (ledger)
      scanned.push(
        `select '${dataset}' as dataset, '${id}' as version, * from (${await open(ledger, version)})`
      );
  }
  const ledger =
    scanned.length > 0
      ? scanned.join(" union all by name ")
      : emptyRelation({dataset: "VARCHAR", version: "VARCHAR", ...LEDGER});
  return [...views, {name: "ledger", of: ledger}];
}

/** Rows go from the version, from what filters dropped and from its ledger; clusters are found again without them. */
async function eraseVersion({key, manifestKey, names}: RecordLocation, erasing: Erasing): Promise<Erased> {
  if (names.dataset !== erasing.dataset) return {};
  const {place} = erasing.workspace;
  const erase = async (file: VersionFile) => {
    const before = await countRows(erasing, `${key}/${file}`);
    const gone = await eraseRows(erasing, `${key}/${file}`, "without", names.id);
    return [gone, before - gone] as const;
  };
  const [erased, rows] = await erase("rows.parquet");
  const [rejected, rejectedLeft] = await erase("rejected.parquet");
  await eraseRows(erasing, `${key}/ledger.parquet`, "without", names.id);
  const manifest = await readRecord(erasing.workspace, versionKind, manifestKey);
  // A purge that was killed has erased rows that the manifest still counts.
  const lost = manifest ? manifest.rows - rows + ((manifest.rejected ?? rejectedLeft) - rejectedLeft) : 0;
  if (erased + rejected + lost === 0) return {};
  // Clusters are named for their rows.
  for (const {name} of await place.list(key))
    if (name.startsWith(NEAR_DUPLICATES)) await place.remove(`${key}/${name}`);
  const recount = manifest?.rejected !== undefined && manifest.rejected !== rejectedLeft;
  const counts = recount ? await rejectedCounts(erasing, key, manifest) : undefined;
  if (manifest)
    await putJson(erasing.workspace, manifestKey, {
      ...manifest,
      ...counts,
      rows,
      bytes: (await stat(await place.readable(`${key}/rows.parquet`))).size,
      purged: lost === 0 ? manifest.purged : [...(manifest.purged ?? []), {rows: lost, ...erasing.note}]
    });
  return {rows: Math.max(lost, erased + rejected)};
}

async function rejectedCounts({db, workspace}: Erasing, key: string, {filters = {}}: VersionManifest) {
  const rejected = parquetFile(await workspace.place.readable(`${key}/rejected.parquet`));
  const counts = await db.rows<{filter: string; n: number}>(
    `select rejected_by as filter, count(*)::int as n from ${rejected} group by 1`
  );
  const left = (name: string) => counts.find(({filter}) => filter === name)?.n ?? 0;
  return {
    rejected: counts.reduce((sum, {n}) => sum + n, 0),
    filters: Object.fromEntries(
      Object.entries(filters).map(([name, filter]) => [name, {...filter, rejected: left(name)}])
    )
  };
}
