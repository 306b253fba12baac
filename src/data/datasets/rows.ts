import {sha256} from "../../base/system/index.js";
import {
  type Database,
  openParts,
  type Row,
  type VersionManifest,
  versionRows,
  withheldParts,
  type Workspace
} from "../../base/store/index.js";
import {ownMember} from "../../base/validation/memberOf.js";

/**
 * Rows of one part of a split, in the order of their ids, streamed. The held-out part yields nothing here, and neither
 * does a row that another split of the dataset holds out: only a final run reads those.
 */
export async function* partRows(
  db: Database,
  workspace: Workspace,
  version: VersionManifest,
  split: {dataset: string; id: string},
  part: string
): AsyncGenerator<Row> {
  if (part === "held-out") return;
  const query = `select r.* from ${await versionRows(workspace, version)} r
    join (${await openParts(workspace, split)}) p using (row_id) where p.part = $part order by r.row_id`;
  for await (const batch of db.batches<Record<string, unknown> & {row_id: string}>(query, {part}, "values"))
    for (const row of batch) yield toRow(row);
}

/**
 * For each part of a split that lacks rows, since another split holds them out or they are among `more`, the SHA-256 of their
 * ids: what is learned from the rest is another model. Undefined when no part lacks any.
 */
export async function leftOutRows(
  db: Database,
  workspace: Workspace,
  split: {dataset: string; id: string},
  more: readonly {part: string; id: string}[] = []
): Promise<Record<string, string> | undefined> {
  const lacking = new Map<string, string[]>();
  const leave = (part: string, id: string) => {
    if (!lacking.has(part)) lacking.set(part, []);
    lacking.get(part)!.push(id);
  };
  for (const {part, id} of more) leave(part, id);
  const query = `select row_id, part from (${await withheldParts(workspace, split)})`;
  for await (const batch of db.batches<{row_id: string; part: string}>(query))
    for (const {row_id, part} of batch) leave(part, row_id);
  if (lacking.size === 0) return undefined;
  return Object.fromEntries([...lacking].map(([part, ids]) => [part, sha256(ids.sort().join("\n"))]));
}

/**
 * A stored row, read with the values of its JSON, as prompts and scorers see it: `id` is the row's id, whatever column the
 * dataset had of that name.
 * @param without columns that a prompt does not see
 */
export function toRow(
  stored: Record<string, unknown> & {row_id: string},
  without: ReadonlySet<string> = STORED_ALONE
): Row {
  // Member by member: to delete some of a copy would make each row a dictionary.
  const row = {} as Row;
  for (const name of Object.keys(stored)) {
    if (!without.has(name)) ownMember(row, name, stored[name]);
  }
  row.id = stored.row_id;
  return row;
}

const STORED_ALONE: ReadonlySet<string> = new Set(["row_id", "row_hash"]);
