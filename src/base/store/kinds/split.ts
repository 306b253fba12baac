import {type Database, sqlName, sqlString} from "../duckdb.js";
import {type ColumnTypes, emptyRelation, parquetFile, parquetList} from "../parquet.js";
import {PARTS, type SplitManifest} from "../records/split.js";
import {anyObject, byName, number, text} from "../../validation/checked.js";
import {checkName} from "../../validation/names.js";
import {countRows, eraseRows} from "./eraseRows.js";
import {heldOutRecord, writeHeldOut} from "./heldOutRecord.js";
import type {Erased, Erasing, RecordLocation, Kind, StoreView, ViewContext, Workspace} from "./kind.js";
import {asPresent} from "./presentRoles.js";
import {hasUnsealedRuns} from "./run.js";
import {
  hasRows,
  readVersion,
  retainedVersions,
  versionKey,
  versionReference,
  versionRows
} from "./version.js";
import {manifestsOf, putJson, readRecord} from "./records.js";

export type SplitName = Pick<SplitManifest, "dataset" | "id">;
export type SplitFile = "manifest.json" | "parts.parquet";

/** The key of a split's folder, or of a file in it. */
export function splitKey({dataset, id}: SplitName, file?: SplitFile): string {
  const folder = `splits/${checkName("dataset", dataset)}/${checkName("split", id)}`;
  return file === undefined ? folder : `${folder}/${file}`;
}

/** Which part each row belongs to, as a relation, those of the held-out part too; undefined when its file is gone. */
export async function splitParts(
  {place}: Pick<Workspace, "place">,
  split: SplitName
): Promise<string | undefined> {
  const key = splitKey(split, "parts.parquet");
  return (await place.has(key)) ? partsIn(await place.readable(key)) : undefined;
}

/** Earlier workspaces call the held-out part "sealed". */
function partsIn(file: string): string {
  return `(select * replace (case part when 'sealed' then 'held-out' else part end as part) from ${parquetFile(file)})`;
}

function renamedParts(split: Record<string, unknown>): Record<string, unknown> {
  const {counts, labels, settings} = split as unknown as SplitManifest;
  return {
    ...split,
    counts: withKey(counts, "sealed", "held-out"),
    labels: labels && withKey(labels, "sealed", "held-out"),
    settings: settings && withKey(settings, "sealed", "heldOut")
  };
}

function withKey<T>(of: Record<string, T>, before: string, now: string): Record<string, T> {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key === before ? now : key, value]));
}

export const splitKind: Kind<SplitManifest> = {
  name: "split",
  at: "splits/{dataset}/{id}",
  manifest: "manifest.json",
  form: {
    kind: "split",
    schemaVersion: 1,
    members: {
      dataset: text(),
      id: text(),
      version: text(),
      counts: byName(number(), "counts by part"),
      measures: anyObject().optional(),
      settings: anyObject().optional()
    },
    renew: "assay split",
    renamed: renamedParts
  },
  before: ["held-out rows"],
  tables: {splits: "splits", parts: "the part of each row of a split, held-out parts left out"},
  views: splitViews,
  refersTo: async ({manifestKey}, workspace) => {
    const split = await readRecord(workspace, splitKind, manifestKey);
    return split ? [versionReference(split.dataset, split.version)] : [];
  },
  collect: {
    // A run that is not sealed does not say which split it uses.
    stays: async (workspace, {keep}) => {
      const unsealed = (await hasUnsealedRuns(workspace)) || (await workspace.held("using-")).length > 0;
      const retained = await retainedVersions(workspace, keep);
      return ({dataset, version}) => unsealed || retained.has(versionReference(dataset, version));
    },
    before: keepHeldOut
  },
  erase: eraseSplit,
  // A split of before there were records of held-out rows speaks for itself.
  heldOut: async ({key, manifestKey}, workspace) => {
    const split = await readRecord(workspace, splitKind, manifestKey);
    if (!split?.counts["held-out"] || (await heldOutRecord(workspace, split))) return undefined;
    const parts = partsIn(await workspace.place.readable(`${key}/parts.parquet`));
    const queries = [`select row_id from ${parts} where part = 'held-out'`];
    return () => ({queries});
  }
};

/** What a split of before holds out must outlive it; ids alone where its version's rows are gone. */
async function keepHeldOut(split: SplitManifest, workspace: Workspace, db: Database): Promise<void> {
  if (!split.counts["held-out"] || (await heldOutRecord(workspace, split))) return;
  const parts = (await splitParts(workspace, split))!;
  const version = {dataset: split.dataset, id: split.version};
  const rows = (await hasRows(workspace, version))
    ? await versionRows(workspace, version)
    : `(select row_id, null::varchar as row_hash from ${parts})`;
  const {text} = (await readVersion(workspace, version)) ?? {};
  await writeHeldOut(db, workspace, split, {rows, parts, text});
}

/** Splits of one dataset, or of all, oldest first. */
export async function readSplits(
  workspace: Pick<Workspace, "place">,
  dataset?: string
): Promise<SplitManifest[]> {
  const found = await manifestsOf(workspace, splitKind, {dataset: dataset!});
  return (await asPresent(workspace, found)).sort((a, b) => a.madeAt.localeCompare(b.madeAt));
}

/** One split's record; undefined when the store has none. */
export async function readSplit(
  workspace: Pick<Workspace, "place">,
  split: SplitName
): Promise<SplitManifest | undefined> {
  const found = await readRecord(workspace, splitKind, splitKey(split, "manifest.json"));
  return found && (await asPresent(workspace, [found]))[0];
}

export async function writeSplit(workspace: Workspace, split: SplitManifest): Promise<void> {
  await putJson(workspace, splitKey(split, "manifest.json"), split);
}

const SPLITS: ColumnTypes = {
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
};

async function splitViews({workspace, manifests, open}: ViewContext): Promise<StoreView[]> {
  const splits = (await asPresent(workspace, await manifests(splitKind))).sort((a, b) =>
    a.madeAt.localeCompare(b.madeAt)
  );
  // Rows that another split holds out are not named either. Splits with the same rows left out are read as one table:
  // a view over each of their files takes the store seconds to open.
  const groups = new Map<string, SplitManifest[]>();
  for (const split of splits) {
    const shown = await open("shown_parts", {dataset: split.dataset, id: split.version});
    const query = `select ${sqlString(split.dataset)} as dataset, * from (${shown})`;
    groups.set(query, [...(groups.get(query) ?? []), split]);
  }
  const parts: string[] = [];
  for (const [query, group] of groups)
    parts.push(`(with shown_parts as (${await partsOfAll(workspace, group)}) ${query})`);
  return [
    {name: "splits", of: {rows: splits, columns: SPLITS}},
    {
      name: "parts",
      of: parts.join(" union all ") || emptyRelation({dataset: "VARCHAR", split: "VARCHAR", ...PARTS})
    }
  ];
}

/** A query for the parts of several splits with each one's id as `split`, without those held out. */
async function partsOfAll({place}: Workspace, splits: readonly SplitManifest[]): Promise<string> {
  const files = new Map<string, string>();
  for (const split of splits) files.set(await place.readable(splitKey(split, "parts.parquet")), split.id);
  const ids = [...files].map(([file, id]) => `(${sqlString(file)}, ${sqlString(id)})`);
  return `select split, row_id, part, group_key from ${parquetList([...files.keys()])}
    join (values ${ids.join(", ")}) as of_split(filename, split) using (filename)
    where part not in ('held-out', 'sealed')`;
}

/**
 * Rows go from its parts; the version's rows are erased before. What was measured of it was so with them: it is unmeasured until
 * whoever needs it measures again.
 */
async function eraseSplit({key, manifestKey, names}: RecordLocation, erasing: Erasing): Promise<Erased> {
  if (names.dataset !== erasing.dataset) return {};
  const manifest = await readRecord(erasing.workspace, splitKind, manifestKey);
  const before = await countRows(erasing, `${key}/parts.parquet`);
  const rows = await eraseRows(erasing, `${key}/parts.parquet`, "without", manifest?.version);
  if (!manifest) return rows === 0 ? {} : {rows};
  const parts = partsIn(await erasing.workspace.place.readable(`${key}/parts.parquet`));
  const counts = await erasing.db.rows<{part: string; n: number}>(
    `select part, count(*)::int as n from ${parts} group by part order by part`
  );
  const counted = Object.values(manifest.counts).reduce((sum, n) => sum + n, 0);
  // A purge that was killed has erased rows that the manifest still counts.
  const lost = counted - (before - rows);
  if (rows + lost === 0) return {};
  const {labels, ...rest} = manifest;
  const left = Object.fromEntries(counts.map(({part, n}) => [part, n]));
  const shrunk = Object.keys(manifest.counts).filter((part) => (left[part] ?? 0) < manifest.counts[part]!);
  await putJson(erasing.workspace, manifestKey, {
    ...rest,
    counts: left,
    measures: {},
    erased: {...manifest.erased, ...Object.fromEntries(shrunk.map((part) => [part, erasing.note.at]))},
    labels: labels && (await labelsLeft(erasing, manifest, labels, parts))
  });
  return {rows: Math.max(lost, rows)};
}

/** A label may be a row's own words: those that no row has any more go. None when the version's rows are gone. */
async function labelsLeft(
  {db, workspace}: Erasing,
  split: SplitManifest,
  labels: NonNullable<SplitManifest["labels"]>,
  parts: string
): Promise<SplitManifest["labels"]> {
  const name = {dataset: split.dataset, id: split.version};
  const rowsKey = versionKey(name, "rows.parquet");
  const version = await readVersion(workspace, name);
  if (!version?.label || !(await workspace.place.has(rowsKey))) return undefined;
  if (split.labelsOf !== undefined && split.labelsOf !== version.label) return undefined;
  const label = `r.${sqlName(version.label)}`;
  const counted = await db.rows<{part: string; label: string; n: number}>(
    `select p.part, ${label}::varchar as label, count(*)::int as n
     from ${parts} p join ${parquetFile(await workspace.place.readable(rowsKey))} r using (row_id)
     where ${label} is not null group by all`
  );
  const left = (part: string, label: string) =>
    counted.find((one) => one.part === part && one.label === label)?.n ?? 0;
  return Object.fromEntries(
    Object.entries(labels).map(([part, counts]) => [
      part,
      Object.fromEntries(
        Object.keys(counts).flatMap((label) => (left(part, label) > 0 ? [[label, left(part, label)]] : []))
      )
    ])
  );
}
