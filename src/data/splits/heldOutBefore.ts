import {
  hasRows,
  openRows,
  parquetList,
  readSplits,
  readVersion,
  splitKey,
  splitParts,
  type SplitManifest,
  type Store,
  type VersionManifest,
  versionRows
} from "../../base/store/index.js";

/** The parts of a split whose rows somebody has trained on or scored. */
const SEEN_PARTS = "('train', 'validation', 'test')";

/** A query for the ids of a version's rows that splits of its dataset hold out. */
export async function recordedQuery({workspace}: Store, version: VersionManifest): Promise<string> {
  const rows = await versionRows(workspace, version);
  return `select row_id from ${rows} anti join (${await openRows(workspace, version)}) using (row_id)`;
}

/**
 * A query for the ids of a version's rows that a stored split of its dataset has in another part than held-out; undefined when
 * no split has one. Versions whose ids come from another column know a row by its content.
 */
export async function seenQuery(store: Store, version: VersionManifest): Promise<string | undefined> {
  const {workspace} = store;
  const files: string[] = [];
  const queries: string[] = [];
  for (const split of await readSplits(workspace, version.dataset)) {
    const parts = await splitParts(workspace, split);
    if (!parts) continue;
    const query = await seenByContent(store, version, split, parts);
    if (query) queries.push(query);
    else files.push(await workspace.place.readable(splitKey(split, "parts.parquet")));
  }
  if (files.length > 0) queries.push(`select row_id from ${parquetList(files)} where part in ${SEEN_PARTS}`);
  return queries.length === 0 ? undefined : queries.join(" union ");
}

/** Undefined where the split knows rows by the same ids, or its version's rows are gone. */
async function seenByContent(
  {workspace}: Store,
  version: VersionManifest,
  split: SplitManifest,
  parts: string
): Promise<string | undefined> {
  const name = {dataset: split.dataset, id: split.version};
  if (name.id === version.id) return undefined;
  const then = await readVersion(workspace, name);
  if (!then || then.idColumn === version.idColumn || !(await hasRows(workspace, name))) return undefined;
  const seen = `select row_hash from ${await versionRows(workspace, name)}
    semi join (select row_id from ${parts} where part in ${SEEN_PARTS}) using (row_id)`;
  return `select row_id from ${await versionRows(workspace, version)} where row_hash in (${seen})`;
}
