import type {Erasing} from "./kind.js";
import {readSplit, splitKind, splitParts} from "./split.js";
import {recordsOf} from "./records.js";

/** Whether an erased row was in a part that was trained on; where the split is gone it is taken to be. */
export async function learned(
  {split, part}: {dataset: string; split: string; part: string},
  {db, workspace, dataset, hash, seen}: Erasing
): Promise<boolean> {
  for await (const {id} of recordsOf(workspace, splitKind, {dataset})) {
    if (!split.startsWith(id)) continue;
    const parts = await splitParts(workspace, {dataset, id});
    if (!parts) return true;
    const rows = await seen(parts, (await readSplit(workspace, {dataset, id}))?.version);
    const query = `select 1 from (${rows}) where part = $part and ${hash} in (select hash from erased) limit 1`;
    return (await db.row(query, {part})) !== undefined;
  }
  return true;
}
