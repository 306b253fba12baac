import {readTombstones} from "./kinds/dataset.js";
import {type Kind, type OfVersion, recordsOf} from "./kinds/kind.js";
import {readSplit, splitParts, type SplitName} from "./kinds/split.js";
import {hasRows, versionRows, type VersionName} from "./kinds/version.js";
import {sqlString} from "./duckdb.js";
import {emptyRelation} from "./parquet.js";
import {PARTS} from "./schema.js";
import type {Workspace} from "./workspace.js";

/**
 * The one barrier before held-out rows: whatever reads rows, but for a final run, reads them through here. A row is held
 * out when a record of any kind says so, whichever version that record is of, since the same row in another version would
 * tell as much.
 * @param relation of the version's rows, or of whatever else has their `row_id`
 * @param except the id of a split whose own held-out rows are not left out
 */
export async function withoutHeldOut(
  workspace: Workspace,
  version: OfVersion,
  relation: string,
  except?: string
): Promise<string> {
  const held = await heldOutIds(workspace, version, except);
  return held === undefined
    ? `select * from ${relation}`
    : `select * from ${relation} anti join (${held}) using (row_id)`;
}

/** A query for the ids of a version's rows that are held out, some of them twice; undefined when none is. */
async function heldOutIds(
  workspace: Workspace,
  version: OfVersion,
  except?: string
): Promise<string | undefined> {
  const held: string[] = [];
  for (const kind of workspace.kinds) held.push(...(await heldOutBy(kind, workspace, version, except)));
  return held.length === 0 ? undefined : held.join(" union all ");
}

async function heldOutBy(
  kind: Kind,
  workspace: Workspace,
  version: OfVersion,
  except: string | undefined
): Promise<string[]> {
  if (!kind.heldOut) return [];
  const found: string[] = [];
  for await (const record of recordsOf(workspace, kind, {dataset: version.dataset})) {
    const query = record.id === except ? undefined : await kind.heldOut(record, workspace, version);
    if (query !== undefined) found.push(query);
  }
  return found;
}

/** A query over a version's rows as everything but a final run sees them. */
export async function openRows(workspace: Workspace, version: VersionName): Promise<string> {
  return withoutHeldOut(workspace, version, await versionRows(workspace, version));
}

/**
 * A query over the parts of a split as training and runs see them: without the rows that another split of the dataset
 * holds out. Its own held-out rows stay, for a final run to ask for.
 */
export async function openParts(
  workspace: Workspace,
  split: SplitName & {version?: string}
): Promise<string> {
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
