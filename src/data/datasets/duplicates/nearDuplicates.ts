import {
  type ColumnTypes,
  type Database,
  getJson,
  NEAR_DUPLICATES as NEAR_DUPLICATES_FILE,
  putJson,
  sqlName,
  versionKey,
  type VersionManifest,
  versionRows,
  type Workspace,
  writeParquetRows
} from "../../../base/store/index.js";
import {hashJson} from "../../../base/system/index.js";
import {anyObject, number} from "../../../base/validation/checked.js";
import {fileForm} from "../../../base/validation/fileForm.js";
import {NumberList} from "./numberList.js";
import {nearDuplicateSettings, type NearDuplicateSettings} from "./settings.js";
import {TextIndex} from "./textIndex.js";
import {UnionFind} from "./unionFind.js";

/** A database with the workspace whose versions it reads: a store is one. */
export type VersionReader = Database & {readonly workspace: Workspace};

/** Rows of clusters of two or more; a row that is not in this table has no near-duplicate. */
export const NEAR_DUPLICATES: ColumnTypes = {
  row_id: "VARCHAR",
  /** The smallest row id of the cluster. */
  cluster: "VARCHAR",
  /** Rows in the cluster. */
  size: "INTEGER",
  /** Jaccard similarity to the row that the cluster is named for; below the threshold when others link the two. */
  similarity: "DOUBLE"
};

export interface NearDuplicates {
  settings: Required<NearDuplicateSettings>;
  clusters: number;
  /** Rows that are in a cluster. */
  rows: number;
  /** Rows of those whose text equals another's after `plainWords` folds both. */
  sameText: number;
  /** Parquet with the columns of `NEAR_DUPLICATES`. */
  file: string;
}

const SUMMARY = fileForm<Omit<NearDuplicates, "file">>(
  {settings: anyObject(), clusters: number(), rows: number(), sameText: number()},
  "Remove it: the clusters are found again."
);

/** Raise it when the same texts would be clustered otherwise. */
const METHOD = 2;

/**
 * Clusters of rows with nearly the same text: found by MinHash over word 5-grams, verified by exact Jaccard
 * similarity, and chained. Computed once for a version and its settings, and kept beside the version. Rows without
 * text are in no cluster. Throws when the version names no text column.
 */
export async function nearDuplicates(
  store: VersionReader,
  version: VersionManifest,
  settings: NearDuplicateSettings = {}
): Promise<NearDuplicates> {
  if (!version.text) throw new Error(`dataset ${version.dataset} names no text column`);
  const complete = nearDuplicateSettings(settings);
  const {workspace} = store;
  const digits = hashJson({...complete, text: version.text, method: METHOD}).slice(0, 8);
  const key = versionKey(version, `${NEAR_DUPLICATES_FILE}${digits}.parquet`);
  const summaryKey = versionKey(version, `${NEAR_DUPLICATES_FILE}${digits}.json`);
  const found = await getJson(workspace, summaryKey, SUMMARY);
  if (found && (await workspace.place.has(key))) return {...found, file: await workspace.place.readable(key)};
  const rows = `select row_id, ${sqlName(version.text)}::varchar as text from ${await versionRows(workspace, version)}`;
  const summary = {settings: complete, clusters: 0, rows: 0, sameText: 0};
  await workspace.place.putFile(key, async (path) => {
    await writeParquetRows(store, path, NEAR_DUPLICATES, clusteredRows(store, rows, complete, summary));
  });
  await putJson(workspace, summaryKey, summary);
  return {...summary, file: await workspace.place.readable(key)};
}

interface ClusteredRow {
  row_id: string;
  text: number;
}

async function* clusteredRows(
  db: Database,
  rows: string,
  settings: Required<NearDuplicateSettings>,
  summary: {clusters: number; rows: number; sameText: number}
): AsyncGenerator<object> {
  const index = new TextIndex(settings);
  const textOfRow = new NumberList();
  for await (const batch of db.batches<{text: string | null}>(rows))
    for (const {text} of batch) textOfRow.push(text === null ? -1 : index.add(text));
  const clusters = clusterTexts(index);
  const sizes = new Int32Array(index.size);
  for (let row = 0; row < textOfRow.length; row++)
    if (textOfRow.at(row) >= 0) sizes[clusters.find(textOfRow.at(row))]!++;
  const members = new Map<number, ClusteredRow[]>();
  let row = 0;
  for await (const batch of db.batches<{row_id: string}>(rows))
    for (const {row_id} of batch) {
      const text = textOfRow.at(row++);
      const cluster = text < 0 ? -1 : clusters.find(text);
      if (cluster < 0 || sizes[cluster]! < 2) continue;
      const same = members.get(cluster);
      if (same) same.push({row_id, text});
      else members.set(cluster, [{row_id, text}]);
    }
  const named = [...members.values()].map((same) => same.sort(byId)).sort((a, b) => byId(a[0]!, b[0]!));
  for (const same of named) {
    const texts = new Map<number, number>();
    for (const {text} of same) texts.set(text, (texts.get(text) ?? 0) + 1);
    summary.clusters++;
    summary.rows += same.length;
    for (const count of texts.values()) if (count > 1) summary.sameText += count;
    for (const {row_id, text} of same)
      yield {
        row_id,
        cluster: same[0]!.row_id,
        size: same.length,
        similarity: index.similarity(same[0]!.text, text)
      };
  }
}

function byId(a: {row_id: string}, b: {row_id: string}): number {
  return a.row_id < b.row_id ? -1 : a.row_id > b.row_id ? 1 : 0;
}

/** Near-duplicates joined: the pairs alike, and what they are alike to. A text's stand-in is a text of its cluster. */
export function clusterTexts(index: TextIndex): UnionFind {
  const clusters = new UnionFind(index.size);
  index.pairs(
    (a, b) => clusters.find(a) === clusters.find(b),
    (a, b) => clusters.join(a, b)
  );
  return clusters;
}
