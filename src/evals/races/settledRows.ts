import type {RunManifest, Store} from "../../base/store/index.js";

/** How many rows, from the first on, every candidate of a run has ended: answered or failed, with all scores given. */
export async function settledRows(store: Store, run: RunManifest): Promise<number> {
  const {candidates, variants, repeats, scorers} = run;
  const [found] = await store.rows<{rows: number}>(
    `with ended as (
       select row_id, count(*) as ended, count(*) filter (status = 'completed') as completed
       from completions where run = $run group by row_id
     ), given as (select row_id, count(*) as given from scores where run = $run group by row_id)
     select coalesce(min(position) filter (
         coalesce(ended, 0) < $calls or coalesce(given, 0) < coalesce(completed, 0) * $scorers
       ), count(*))::int as rows
     from items left join ended using (row_id) left join given using (row_id) where items.run = $run`,
    {run: run.id, calls: candidates.length * variants.length * repeats, scorers: scorers.length}
  );
  return found!.rows;
}

/** Whether every call of a run has ended and every score is given. */
export function isSettled({counts, owedScores}: RunManifest): boolean {
  return counts.completed + counts.failed >= counts.planned && !owedScores;
}
