import {UserError} from "../validation/errors.js";
import {heldOutMark, readTombstones} from "./kinds/dataset.js";
import type {HeldOut, OfVersion, Workspace} from "./kinds/kind.js";
import {readSplit, splitParts, type SplitName} from "./kinds/split.js";
import {hasRows, readVersion, versionReference, versionRows, type VersionName} from "./kinds/version.js";
import {type Database, sqlString} from "./duckdb.js";
import {emptyRelation, parquetList} from "./parquet.js";
import {remember} from "../system/remember.js";
import {PARTS} from "./records/split.js";
import {refuseUnfinishedPurge} from "./unfinishedPurge.js";
import {recordsOf} from "./kinds/records.js";

/** A query over a relation with the `row_id`s of a version, without its held-out rows. */
type Barrier = (version: OfVersion, relation: string, except?: string) => Promise<string>;

/**
 * The one barrier before held-out rows: whatever reads rows, but for a final run, reads them through here. A row is held
 * out when a record of any kind says so, whichever version that record is of, since the same row in another version would
 * tell as much. Records are read once for each dataset, so a barrier serves one reading of the store.
 */
export function heldOutBarrier(workspace: Workspace): Barrier {
  const records = remember(
    (dataset: string) => dataset,
    (dataset) => heldOutOf(workspace, dataset)
  );
  const manifests = remember(
    ({dataset, id}: OfVersion) => versionReference(dataset, id),
    (version) => readVersion(workspace, version)
  );
  return async (version, relation, except) => {
    const held = (await records(version.dataset)).filter(({id}) => id !== except);
    const manifest = held.length === 0 ? undefined : await manifests(version);
    const files = new Set<string>();
    const queries: string[] = [];
    for (const {rows} of held) {
      const kept = await rows(version, manifest);
      for (const file of kept.files ?? []) files.add(file);
      queries.push(...(kept.queries ?? []));
    }
    if (files.size > 0) queries.push(`select row_id from ${parquetList([...files])}`);
    return queries.length === 0
      ? `select * from ${relation}`
      : `select * from ${relation} anti join (${queries.join(" union all ")}) using (row_id)`;
  };
}

interface HeldOutSource {
  /** Of the record. */
  id: string;
  rows: HeldOut;
}

async function heldOutOf(workspace: Workspace, dataset: string): Promise<HeldOutSource[]> {
  const found: HeldOutSource[] = [];
  for (const kind of workspace.kinds) {
    if (!kind.heldOut) continue;
    for await (const record of recordsOf(workspace, kind, {dataset})) {
      const rows = await kind.heldOut(record, workspace);
      if (rows) found.push({id: record.id, rows});
    }
  }
  const marked = await heldOutMark(workspace, dataset);
  if (marked.some((split) => found.every(({id}) => id !== split)))
    throw new UserError(
      `dataset ${dataset}: a split holds rows of it out, and ${workspace.place.name} lacks the folder held-out/${dataset} that says which, so that they would be open. Copy the whole store, or take the dataset with \`assay versions ${dataset}@VERSION --export DIR\` and \`assay import\`.`
    );
  return found;
}

/**
 * `heldOutBarrier` for one relation.
 * @param relation of the version's rows, or of whatever else has their `row_id`
 * @param except the id of a split whose own held-out rows are not left out
 */
export function withoutHeldOut(
  workspace: Workspace,
  version: OfVersion,
  relation: string,
  except?: string
): Promise<string> {
  return heldOutBarrier(workspace)(version, relation, except);
}

/** A query over a version's rows as everything but a final run sees them. */
export async function openRows(workspace: Workspace, version: VersionName): Promise<string> {
  return withoutHeldOut(workspace, version, await versionRows(workspace, version));
}

/**
 * A query over the parts of a split as training and runs see them: without the rows that another split of the dataset
 * holds out. Its own held-out rows stay, for a final run to ask for. Throws UserError where a purge has not ended.
 */
export async function openParts(
  workspace: Workspace,
  split: SplitName & {version?: string}
): Promise<string> {
  await refuseUnfinishedPurge(workspace, split.dataset);
  const parts = await splitParts(workspace, split);
  if (!parts) return emptyRelation(PARTS);
  const others = `(select * from ${parts} where part <> 'held-out')`;
  const id = split.version ?? (await readSplit(workspace, split))?.version;
  if (id === undefined) return emptyRelation(PARTS);
  const open = await withoutHeldOut(workspace, {dataset: split.dataset, id}, others, split.id);
  const all = `select * from ${parts} where part = 'held-out' union all ${open}`;
  const erased = await erasedCondition(workspace, split.dataset);
  return erased === undefined ? all : `select * from (${all}) where not (${erased})`;
}

/** A query over the rows of a split's parts that `openParts` leaves out because another split holds them out. */
export async function withheldParts(
  workspace: Workspace,
  split: SplitName & {version?: string}
): Promise<string> {
  const parts = await splitParts(workspace, split);
  if (!parts) return emptyRelation(PARTS);
  const erased = await erasedCondition(workspace, split.dataset);
  const open = await openParts(workspace, split);
  return `select * from ${parts} anti join (${open}) using (row_id)${erased === undefined ? "" : ` where not (${erased})`}`;
}

/** How many rows `openParts` gives of each part. */
export async function openCounts(
  db: Pick<Database, "rows">,
  workspace: Workspace,
  split: SplitName & {version?: string}
): Promise<Record<string, number>> {
  const found = await db.rows<{part: string; n: number}>(
    `select part, count(*)::double as n from (${await openParts(workspace, split)}) group by part`
  );
  return Object.fromEntries(found.map(({part, n}) => [part, n]));
}

/** What is said of a part of a split that has rows, none of which `openParts` gives. */
export function noRowLeft({name}: {name: string}, part: string): string {
  return `no row of the split ${name} is left in its ${part} part: other splits hold them out, or they were erased.`;
}

/** What is said of a part of a split of which `openParts` gives no row. */
export function noRows(split: {name: string; counts: Record<string, number>}, part: string): string {
  return split.counts[part]
    ? noRowLeft(split, part)
    : `the split ${split.name} has no rows in its ${part} part.`;
}

/**
 * SQL that is true for an erased row; undefined when none was. A purge writes its tombstones before it rewrites files: until
 * then the rows still stand there.
 */
async function erasedCondition(workspace: Workspace, dataset: string): Promise<string | undefined> {
  const {salt, rows} = await readTombstones(workspace, dataset);
  if (rows.length === 0) return undefined;
  return `sha256(${sqlString(salt)} || row_id) in (${rows.map(({hash}) => sqlString(hash)).join(", ")})`;
}

/** A query for columns of the rows in one part of a split, open or not; undefined when either is gone. */
export async function rowsOfPart(
  workspace: Workspace,
  version: VersionName,
  split: SplitName,
  {part, columns}: {part: string; columns: string}
): Promise<string | undefined> {
  const parts = await splitParts(workspace, split);
  if (!parts || !(await hasRows(workspace, version))) return undefined;
  return `select ${columns} from ${await versionRows(workspace, version)}
    semi join (select row_id from ${parts} where part = ${sqlString(part)}) using (row_id)`;
}
