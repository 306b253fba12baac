import {join} from "node:path";
import {versionFile} from "../datasets/index.js";
import {
  type Database,
  hashJson,
  PARTS,
  readJson,
  type SplitManifest,
  sqlName,
  sqlString,
  type Store,
  UserError,
  type VersionManifest,
  withLock,
  writeJsonAtomic,
  writeParquet,
  writeParquetRows
} from "../store/index.js";
import {assignQuery, groupColumn, labelColumn, sharesOf} from "./assign.js";
import {labelCounts, measureSplit} from "./measure.js";
import type {SplitSpec} from "./spec.js";
import {stratifiedGroups} from "./stratifiedGroup.js";

/** What a split's id is made of beside the version; raise it when an assignment changes. */
const ASSIGNMENT = 1;

/** The split of a version by a spec: read from the store, or made once. */
export async function ensureSplit(
  store: Store,
  version: VersionManifest,
  spec: SplitSpec
): Promise<SplitManifest> {
  const {name, seed, strategy, ...settings} = spec;
  const sha256 = hashJson({
    version: version.sha256,
    strategy,
    settings,
    seed: seed ?? "assay",
    assignment: ASSIGNMENT
  });
  const id = sha256.slice(0, 16);
  const folder = store.workspace.splitDir(version.dataset, id);
  const manifestFile = join(folder, "manifest.json");
  const found = await readJson<SplitManifest>(manifestFile);
  if (found) return found;
  return withLock(
    store.workspace.lockPath(`split-${version.dataset}-${id}`),
    {what: `splitting ${version.dataset}`, waitMs: 120_000},
    async () => {
      const meanwhile = await readJson<SplitManifest>(manifestFile);
      if (meanwhile) return meanwhile;
      const rows = `read_parquet(${sqlString(versionFile(store.workspace, version))})`;
      const file = join(folder, "parts.parquet");
      await assign(store, spec, version, rows, file);
      const assigned = `read_parquet(${sqlString(file)})`;
      const counts = await partCounts(store, spec, version, assigned);
      const manifest: SplitManifest = {
        kind: "split",
        schemaVersion: 1,
        id,
        sha256,
        name: name ?? strategy,
        dataset: version.dataset,
        version: version.id,
        strategy,
        settings,
        seed: seed ?? "assay",
        counts,
        ...(version.label ? {labels: await labelCounts(store, version, rows, assigned)} : {}),
        measures: {...(await measureSplit(store, version, rows, assigned))},
        madeAt: new Date().toISOString()
      };
      await writeJsonAtomic(manifestFile, manifest);
      await store.refresh();
      return manifest;
    }
  );
}

async function assign(
  store: Store,
  spec: SplitSpec,
  version: VersionManifest,
  rows: string,
  file: string
): Promise<void> {
  if (spec.strategy !== "stratified-group")
    return writeParquet(store, file, `${assignQuery(spec, version, rows)} order by row_id`);
  const placed = await placeGroups(store, spec, version, rows);
  const group = `coalesce(${sqlName(groupColumn(spec, version)!)}::varchar, 'row:' || row_id)`;
  async function* parts() {
    for await (const batch of store.batches<{row_id: string; group_key: string}>(
      `select row_id, ${group} as group_key from ${rows} order by row_id`
    ))
      for (const row of batch) yield {...row, part: placed.get(row.group_key)};
  }
  await writeParquetRows(store, file, PARTS, parts());
}

async function placeGroups(
  db: Database,
  spec: SplitSpec,
  version: VersionManifest,
  rows: string
): Promise<Map<string, string>> {
  const label = sqlName(labelColumn(spec, version));
  const group = `coalesce(${sqlName(groupColumn(spec, version)!)}::varchar, 'row:' || row_id)`;
  const counted = await db.rows<{group_key: string; label: string; n: number}>(
    `select ${group} as group_key, coalesce(${label}::varchar, '') as label, count(*)::int as n from ${rows} group by all order by all`
  );
  const labels = [...new Set(counted.map((row) => row.label))].sort();
  const groups = new Map<string, number[]>();
  for (const row of counted) {
    const counts = groups.get(row.group_key) ?? new Array<number>(labels.length).fill(0);
    counts[labels.indexOf(row.label)] = row.n;
    groups.set(row.group_key, counts);
  }
  const {validation, test, sealed} = sharesOf(spec);
  const shares = {train: 1 - validation - test - sealed, validation, test, sealed};
  return stratifiedGroups(
    [...groups].map(([key, counts]) => ({group: key, counts})),
    shares,
    spec.seed ?? "assay"
  );
}

async function partCounts(
  db: Database,
  spec: SplitSpec,
  version: VersionManifest,
  assigned: string
): Promise<Record<string, number>> {
  const found = await db.rows<{part: string | null; n: number}>(
    `select part, count(*)::int as n from ${assigned} group by part order by part`
  );
  const unknown = found.find((row) => row.part === null);
  if (unknown)
    throw new UserError(
      `split ${spec.name ?? spec.strategy}: ${unknown.n} rows of ${version.dataset}@${version.id} got no part. Column "${spec.column}" must hold train, validation, test or sealed.`
    );
  return Object.fromEntries(found.map(({part, n}) => [part!, n]));
}
