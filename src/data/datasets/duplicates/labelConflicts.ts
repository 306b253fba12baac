import {parquetFile, sqlName, type VersionManifest, versionRows} from "../../../base/store/index.js";
import {nearDuplicates, type VersionReader} from "./nearDuplicates.js";
import type {NearDuplicateSettings} from "./settings.js";

export interface LabelConflict {
  /** The smallest row id of the cluster. */
  cluster: string;
  /** Same: the cluster's texts differ in nothing but what `plainWords` folds. */
  kind: "same text" | "near-duplicate";
  /** Rows of each label, the commonest first. */
  labels: {label: string; rows: number}[];
  /** In the order of their ids. */
  rows: {rowId: string; label: string; similarity: number}[];
}

/**
 * Clusters of near-duplicates that do not agree on their label: either a label is wrong or the classes overlap. Those
 * with most rows first, at most `limit` (default 100); rows without a label are left out. The held-out part's rows are
 * not looked at. Undefined when the dataset names no text or no label column.
 */
export async function labelConflicts(
  store: VersionReader,
  version: VersionManifest,
  {limit = 100, ...settings}: NearDuplicateSettings & {limit?: number} = {}
): Promise<{conflicts: LabelConflict[]; clusters: number; rows: number} | undefined> {
  if (!version.text || !version.label) return undefined;
  const near = await nearDuplicates(store, version, settings);
  const labelled = `(select n.cluster, n.row_id, n.similarity, r.${sqlName(version.label)}::varchar as label
    from ${parquetFile(near.file)} n
    join ${await versionRows(store.workspace, version)} r using (row_id)
    semi join ${sqlName(`${version.dataset}@${version.id}`)} v using (row_id)
    where r.${sqlName(version.label)} is not null)`;
  const disagreeing = `(select cluster, count(*) as n from ${labelled} group by cluster having count(distinct label) > 1)`;
  const total = await store.row<{clusters: number; rows: number}>(
    `select count(*)::int as clusters, coalesce(sum(n), 0)::int as rows from ${disagreeing}`
  );
  const rows = await store.rows<{cluster: string; row_id: string; similarity: number; label: string}>(
    `select l.* from ${labelled} l join (select * from ${disagreeing} order by n desc, cluster limit ${limit}) d using (cluster)
     order by d.n desc, l.cluster, l.row_id`
  );
  const clusters = new Map<string, LabelConflict["rows"]>();
  for (const {cluster, row_id, similarity, label} of rows) {
    const row = {rowId: row_id, label, similarity};
    const same = clusters.get(cluster);
    if (same) same.push(row);
    else clusters.set(cluster, [row]);
  }
  return {...total!, conflicts: [...clusters].map(([cluster, same]) => conflictOf(cluster, same))};
}

function conflictOf(cluster: string, rows: LabelConflict["rows"]): LabelConflict {
  const counts = new Map<string, number>();
  for (const {label} of rows) counts.set(label, (counts.get(label) ?? 0) + 1);
  return {
    cluster,
    kind: rows.every(({similarity}) => similarity === 1) ? "same text" : "near-duplicate",
    labels: [...counts]
      .map(([label, n]) => ({label, rows: n}))
      .sort((a, b) => b.rows - a.rows || (a.label < b.label ? -1 : 1)),
    rows
  };
}
