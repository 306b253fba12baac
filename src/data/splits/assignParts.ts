import {rm} from "node:fs/promises";
import type {NearDuplicates} from "../datasets/index.js";
import {UserError} from "../../base/validation/index.js";
import {temporaryPath} from "../../base/system/index.js";
import {
  parquetFile,
  PARTS,
  type Store,
  type VersionManifest,
  writeParquet,
  writeParquetRows
} from "../../base/store/index.js";
import {assignQuery, groupColumn, groupKey, labelColumn} from "./assign.js";
import {linkGroups} from "./clusterGroups.js";
import {columnText} from "./columnText.js";
import {hashUnit, partOf, type PartShares, sharesOf} from "./shares.js";
import type {SplitSpec} from "./spec.js";
import {stratifiedGroups} from "./stratifiedGroup.js";
import {assertTimes} from "./temporal.js";

export interface ToAssign {
  spec: SplitSpec;
  version: VersionManifest;
  /** Relation of the version's rows. */
  rows: string;
  /** Needed by the cluster strategy alone. */
  near?: NearDuplicates;
}

/** Writes which part every row belongs to. */
export async function assignParts(store: Store, file: string, assigned: ToAssign): Promise<void> {
  const {spec, version, rows} = assigned;
  if (spec.strategy === "cluster") return assignClusters(store, file, assigned);
  if (spec.strategy === "stratified-group") return assignGroups(store, file, assigned);
  const query = assignQuery(spec, version, rows);
  await assertTimes(store, spec, version, rows);
  return writeParquet(store, file, `${query} order by row_id`);
}

/** Near-duplicates stay together, and groups too: what is linked in any way is one unit, placed by its hash. */
async function assignClusters(
  store: Store,
  file: string,
  {spec, version, rows, near}: ToAssign
): Promise<void> {
  if (!near)
    throw new UserError(
      `split ${spec.name ?? spec.strategy}: dataset ${version.dataset} names no text column, so near-duplicates cannot be told. Give it \`text: "column"\`.`
    );
  const column = groupColumn(spec, version);
  const grouped = `(select row_id, ${column ? groupKey(version, column) : "row_id"} as group_key from ${rows})`;
  const units = temporaryPath(`${file}.units`);
  try {
    await linkGroups(store, grouped, near.file, units);
    const unit = `coalesce(u.unit, g.group_key)`;
    await writeParquet(
      store,
      file,
      `select g.row_id, ${partOf(hashUnit(unit, spec.seed ?? "assay"), sharesOf(spec))} as part, ${unit} as group_key
       from ${grouped} g left join ${parquetFile(units)} u using (group_key) order by g.row_id`
    );
  } finally {
    await rm(units, {force: true});
  }
}

async function assignGroups(store: Store, file: string, {spec, version, rows}: ToAssign): Promise<void> {
  const placed = await dealGroups(store, {spec, version, rows}, sharesOf(spec));
  const group = groupKey(version, groupColumn(spec, version)!);
  async function* parts() {
    for await (const batch of store.batches<{row_id: string; group_key: string}>(
      `select row_id, ${group} as group_key from ${rows} order by row_id`
    ))
      for (const row of batch) yield {...row, part: placed.get(row.group_key)};
  }
  await writeParquetRows(store, file, PARTS, parts());
}

/** Which part every group of `rows` is dealt to; shares are of these rows. */
export async function dealGroups(
  store: Store,
  {spec, version, rows}: ToAssign,
  {validation, test, heldOut}: PartShares
): Promise<Map<string, string>> {
  const label = columnText(version, labelColumn(spec, version));
  const counted = await store.rows<{group_key: string; label: string; n: number}>(
    `select ${groupKey(version, groupColumn(spec, version)!)} as group_key, coalesce(${label}, '') as label, count(*)::int as n
     from ${rows} group by all order by all`
  );
  const labels = new Map([...new Set(counted.map((row) => row.label))].sort().map((name, i) => [name, i]));
  const groups = new Map<string, number[]>();
  for (const row of counted) {
    const counts = groups.get(row.group_key) ?? new Array<number>(labels.size).fill(0);
    counts[labels.get(row.label)!] = row.n;
    groups.set(row.group_key, counts);
  }
  const shares = {train: 1 - validation - test - heldOut, validation, test, "held-out": heldOut};
  return stratifiedGroups(
    [...groups].map(([key, counts]) => ({group: key, counts})),
    shares,
    spec.seed ?? "assay"
  );
}
