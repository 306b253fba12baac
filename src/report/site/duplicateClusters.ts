import {labelConflicts, nearDuplicates} from "../../data/datasets/index.js";
import {parquetFile, type Store, type VersionManifest} from "../../base/store/index.js";
import type {ConflictsView, ConflictView, DuplicatesView} from "./dataTypes.js";
import type {ExcerptsOf} from "./excerpts.js";
import type {LabelText} from "./labelCounts.js";

const CLUSTERS = 10;
const ROWS = 4;
const CONFLICTS = 20;
const CONFLICT_ROWS = 6;

/** Clusters of rows with the same or nearly the same text, counted without the rows that `relation` leaves out. */
export async function duplicateClusters(
  store: Store,
  version: VersionManifest,
  relation: string,
  excerptsOf: ExcerptsOf
): Promise<DuplicatesView> {
  const {file, settings} = await nearDuplicates(store, version);
  const open = `(select n.cluster, n.row_id, n.similarity from ${parquetFile(file)} n
    semi join ${relation} r using (row_id))`;
  const clusters = `(select cluster, count(*)::int as rows, min(row_id) as first, min(similarity) as least,
    max(similarity) filter (row_id <> cluster) as greatest from ${open} group by cluster having count(*) > 1)`;
  const total = await store.row<Record<"clusters" | "rows" | "same_clusters" | "same_rows", number>>(
    `select count(*)::int as clusters, coalesce(sum(rows), 0)::int as rows,
       count(*) filter (least = 1)::int as same_clusters, coalesce(sum(rows) filter (least = 1), 0)::int as same_rows
     from ${clusters}`
  );
  const shown = await store.rows<
    Record<"rows" | "least" | "greatest" | "similarity", number> & {row_id: string; first: string}
  >(
    `select c.first, c.rows, c.least, coalesce(c.greatest, c.least) as greatest, o.row_id, o.similarity from ${open} o
     join (select * from ${clusters} order by rows desc, first limit ${CLUSTERS}) c using (cluster)
     qualify row_number() over (partition by cluster order by o.row_id) <= ${ROWS}
     order by c.rows desc, c.first, o.row_id`
  );
  const excerpts = await excerptsOf(
    store,
    version,
    relation,
    shown.map(({row_id}) => row_id)
  );
  const largest = new Map<string, DuplicatesView["largest"][number]>();
  for (const {first, rows, least, greatest, row_id, similarity} of shown) {
    const cluster = largest.get(first) ?? {rows, least, greatest, examples: []};
    cluster.examples.push({id: row_id, similarity, excerpt: excerpts.get(row_id) ?? null});
    largest.set(first, cluster);
  }
  return {
    threshold: settings.threshold,
    clusters: total!.clusters,
    rows: total!.rows,
    sameText: {clusters: total!.same_clusters, rows: total!.same_rows},
    largest: [...largest.values()]
  };
}

/** Clusters whose rows do not agree on their label, those with most rows first. The version names text and label. */
export async function conflictingLabels(
  store: Store,
  version: VersionManifest,
  relation: string,
  labelText: LabelText,
  excerptsOf: ExcerptsOf
): Promise<ConflictsView> {
  const found = (await labelConflicts(store, version, {limit: CONFLICTS}))!;
  const shown = found.conflicts.map((conflict) => ({
    ...conflict,
    rows: oneOfEach(conflict.rows),
    all: conflict.rows
  }));
  const excerpts = await excerptsOf(
    store,
    version,
    relation,
    shown.flatMap(({rows}) => rows.map(({rowId}) => rowId))
  );
  return {
    clusters: found.clusters,
    rows: found.rows,
    shown: shown.map(({kind, labels, rows, all}): ConflictView => ({
      kind,
      rows: all.length,
      labels: labels.map(({label, rows: n}) => ({label: labelText(label), rows: n})),
      examples: rows.map(({rowId, label, similarity}) => ({
        id: rowId,
        label: labelText(label),
        similarity,
        excerpt: excerpts.get(rowId) ?? null
      }))
    }))
  };
}

/** The first row of every label, then others, at most six. */
function oneOfEach<T extends {label: string}>(rows: readonly T[]): T[] {
  const firsts = rows.filter((row, i) => rows.findIndex(({label}) => label === row.label) === i);
  const others = rows.filter((row) => !firsts.includes(row));
  return [...firsts, ...others].slice(0, CONFLICT_ROWS);
}
