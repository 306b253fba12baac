import {type Erasing, ERASED, readRuns, runTable, type Tombstones} from "../../base/store/index.js";
import type {SeenOfAny} from "./equalRows.js";
import {labelTold} from "./purgeCondition.js";
import {loadHashes} from "./tombstones.js";

/** Ids of runs with answers to other rows that are a label which only erased rows had: a model may have it as a class. */
export async function runsRepeatingLabels(
  {db, workspace, hashOf}: Pick<Erasing, "db" | "workspace" | "hashOf">,
  tombstones: Tombstones,
  seen: SeenOfAny
): Promise<string[]> {
  const labels = tombstones.rows.flatMap((one) => one.labels ?? []);
  if (labels.length === 0) return [];
  await loadHashes(db, "erased_labels", labels);
  const found: string[] = [];
  for (const {id, dataset} of await readRuns(workspace, {archived: true})) {
    const answers = await runTable(workspace, [id], "completions");
    if (answers === undefined) continue;
    const rows = await seen({dataset: dataset.name, id: dataset.version}, answers);
    const query = `select 1 from (${rows}) where not regexp_full_match(row_id, '${ERASED}')
      and ${hashOf(labelTold("output"))} in (select hash from erased_labels) limit 1`;
    if (await db.row(query)) found.push(id);
  }
  return found;
}
