import type {Store} from "../store/index.js";
import type {ScoreTable} from "./types.js";

/**
 * The scores of a run by one scorer, one row a data set row, means over repeats. A row whose repeats all failed is
 * undefined there. With several prompt variants each candidate-variant pair is a candidate, named "candidate · variant".
 */
export async function scoreTable(store: Store, runId: string, scorer: string): Promise<ScoreTable> {
  const run = (await store.runs()).find(({id}) => id === runId);
  if (!run) throw new Error(`no such run: ${runId}`);
  const items = await store.rows<{row_id: string; cluster: string | null}>(
    "select row_id, cluster from items where run = $run order by position",
    {run: runId}
  );
  const variants = run.variants.map(({name}) => name);
  const named = run.candidates.flatMap((candidate) =>
    variants.map((variant) => ({
      candidate: candidate.name,
      variant,
      name: variants.length > 1 ? `${candidate.name} · ${variant}` : candidate.name,
      baseline: candidate.baseline
    }))
  );
  const rowIndex = new Map(items.map((item, i) => [item.row_id, i]));
  const values = named.map(() => new Array<number | undefined>(items.length).fill(undefined));
  const column = new Map(named.map((one, i) => [`${one.candidate}\u0000${one.variant}`, i]));
  const query = `select row_id, candidate, variant, avg(value)::double as value from scores
    where run = $run and scorer = $scorer and status = 'scored' group by all`;
  for await (const batch of store.batches<{
    row_id: string;
    candidate: string;
    variant: string;
    value: number;
  }>(query, {run: runId, scorer}))
    for (const score of batch) {
      const c = column.get(`${score.candidate}\u0000${score.variant}`);
      const r = rowIndex.get(score.row_id);
      if (c !== undefined && r !== undefined) values[c]![r] = score.value;
    }
  const clustered = items.some((item) => item.cluster !== null);
  return {
    candidates: named.map(({name}) => name),
    baseline: named.find(({baseline}) => baseline)?.name ?? named[0]?.name,
    rowIds: items.map((item) => item.row_id),
    ...(clustered ? {clusters: items.map((item) => item.cluster)} : {}),
    values,
    binary:
      run.scorers.find(({name}) => name === scorer)?.binary !== false &&
      values.every((row) => row.every((value) => value === undefined || value === 0 || value === 1))
  };
}
