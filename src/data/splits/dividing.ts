import {rm} from "node:fs/promises";
import {join} from "node:path";
import {nearDuplicates} from "../datasets/index.js";
import {temporaryPath} from "../../base/system/index.js";
import {
  type ColumnRoles,
  hasRows,
  parquetFile,
  sameRoles,
  type SplitManifest,
  splitParts,
  type Store,
  type VersionManifest,
  versionRows
} from "../../base/store/index.js";
import {assignParts} from "./assignParts.js";
import type {SplitSpec} from "./spec.js";

/** The columns that divide a version's rows by a spec, or name the groups of their parts. */
export function dividingRoles(spec: SplitSpec, version: VersionManifest): ColumnRoles {
  const {strategy} = spec;
  return {
    group: spec.group ?? version.group,
    time: strategy === "temporal" ? version.time : undefined,
    label: /^stratified/.test(strategy) ? version.label : undefined,
    text: strategy === "cluster" ? version.text : undefined
  };
}

/** Whether a split of a version was divided by the columns that would divide it now. */
export async function isDividedSo(
  store: Store,
  split: SplitManifest,
  version: VersionManifest,
  spec: SplitSpec
): Promise<boolean> {
  if (split.roles) return sameRoles(split.roles, dividingRoles(spec, version));
  if (!(await hasRows(store.workspace, version))) return true;
  return hasSameParts(store, split, version, spec);
}

/** Splits of before do not say what divided them: their rows are divided again and compared. */
async function hasSameParts(
  store: Store,
  split: SplitManifest,
  version: VersionManifest,
  spec: SplitSpec
): Promise<boolean> {
  const made = await splitParts(store.workspace, split);
  if (!made) return true;
  const {strategy} = spec;
  const isErased = split.erased !== undefined || (version.purged ?? []).length > 0;
  // Of fewer rows than there were, what goes by their number or by what links them gives others.
  const isMoved = isErased && !["random", "group", "given"].includes(strategy);
  if (isMoved && strategy === "cluster") return true;
  const file = temporaryPath(join(store.workspace.tmpDir, "parts.parquet"));
  try {
    const near = strategy === "cluster" ? await nearDuplicates(store, version, spec.near) : undefined;
    await assignParts(store, file, {spec, version, rows: await versionRows(store.workspace, version), near});
    // A group has other texts where its column was once told by another type: the same rows must be together.
    const found = await store.row<{moved: number; before: number; now: number; both: number}>(
      `select count(*) filter (b.part <> n.part)::double as moved, count(distinct b.group_key)::double as before,
         count(distinct n.group_key)::double as now, count(distinct (b.group_key, n.group_key))::double as both
       from ${made} b join ${parquetFile(file)} n using (row_id)`
    );
    const {moved, before, now, both} = found!;
    return (isMoved || moved === 0) && before === both && now === both;
  } finally {
    await rm(file, {force: true});
  }
}
