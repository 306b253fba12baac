import {type ScoreTable, type Selected, shownNames} from "../../evals/decisions/index.js";
import type {TrainingRecords} from "../../weights/models/index.js";
import {hasRows, type RunManifest, type Store} from "../../base/store/index.js";
import {partOfRecord, trainedRowsIn, scoredRows} from "./partOfRecord.js";

/**
 * The candidates whose weights, or those of a model they were made from, were chosen on rows that the run scores: by the best
 * check of a training or by when it ended. Of what is not in the store any more nothing is said.
 */
export async function selectedOn(
  store: Store,
  run: RunManifest,
  table: ScoreTable,
  learned: ReadonlyMap<string, TrainingRecords>
): Promise<Selected[]> {
  const version = (await store.versions(run.dataset.name)).find(({id}) => id === run.dataset.version);
  if (!version || !(await hasRows(store.workspace, version))) return [];
  const rows = new Set(table.rowIds);
  const found = new Map<string, readonly string[]>();
  const selected: Selected[] = [];
  for (const [name, {records}] of learned) {
    const own = new Set<string>();
    for (const {validation, ...record} of records) {
      if (!validation || validation.decided.length === 0) continue;
      const checked = {...record, part: validation.part};
      const key = [checked.dataset, checked.version, checked.split, checked.part].join("\n");
      let same = found.get(key);
      if (!same) {
        const part = await partOfRecord(store, checked);
        same = part
          ? await trainedRowsIn(store, {version, scored: await scoredRows(store, run, version)}, part, true)
          : [];
        found.set(key, same);
      }
      for (const row of same) if (rows.has(row)) own.add(row);
    }
    if (own.size > 0)
      for (const candidate of shownNames(run, name))
        selected.push({candidate, rows: own.size, of: table.rowIds.length});
  }
  return selected;
}
