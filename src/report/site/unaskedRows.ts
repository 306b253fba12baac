import type {RunManifest, Store} from "../../base/store/index.js";

/** How many rows of its part a run has not put to every candidate, those behind a limit too; undefined of other tools' results. */
export async function unaskedRows(store: Store, run: RunManifest): Promise<number | undefined> {
  if (run.imported) return undefined;
  const found = await store.row<{rows: number; asked: number}>(
    `select count(*)::int as rows, (count(*) filter (calls >= $each))::int as asked
     from (select row_id, count(c.row_id) as calls
       from (select row_id from items where run = $run) left join (select row_id from completions where run = $run) c using (row_id)
       group by row_id)`,
    {run: run.id, each: run.candidates.length * run.variants.length * run.repeats}
  );
  const {rows = 0, asked = 0} = found ?? {};
  const split =
    run.limit === undefined
      ? undefined
      : (await store.splits(run.dataset.name)).find(({id}) => id === run.split.id);
  return (split?.counts[run.split.part] ?? rows) - asked;
}
