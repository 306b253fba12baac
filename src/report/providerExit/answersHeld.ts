import {
  openParts,
  readSplit,
  type RunCandidate,
  type RunManifest,
  type Store
} from "../../base/store/index.js";

/** Rows that a student may learn a model's answers from. */
export interface AnswersHeld {
  /** That the store has an answer of, in any run on this version. */
  answered: number;
  /** That are still to be asked. */
  toAsk: number;
}

/**
 * How many training rows of a run's split a candidate has answered, as itself or under another name with the same model and
 * parameters. Undefined where the split is not in the store, as of imported results.
 */
export async function answersHeld(
  store: Store,
  run: RunManifest,
  candidate: RunCandidate
): Promise<AnswersHeld | undefined> {
  const split = run.imported
    ? undefined
    : await readSplit(store.workspace, {dataset: run.dataset.name, id: run.split.id});
  if (!split) return undefined;
  const asked = (await store.runs({archived: true})).flatMap((one) =>
    one.dataset.name === run.dataset.name && one.dataset.version === run.dataset.version
      ? one.candidates.filter((other) => isSame(other, candidate)).map(({name}) => ({run: one.id, name}))
      : []
  );
  const [found] = await store.rows<AnswersHeld>(
    `with learnable as (select row_id from (${await openParts(store.workspace, split)}) where part = 'train'),
     asked as (select unnest(from_json($asked, '[{"run":"VARCHAR","name":"VARCHAR"}]'), recursive := true)),
     held as (select distinct c.row_id from completions c join asked a on a.run = c.run and a.name = c.candidate
       where c.output is not null)
     select count(h.row_id)::int as answered, count(*)::int - count(h.row_id)::int as "toAsk"
     from learnable l left join held h using (row_id)`,
    {asked: JSON.stringify(asked)}
  );
  return found;
}

function isSame(one: RunCandidate, other: RunCandidate): boolean {
  const key = ({model, identity, params}: RunCandidate) => JSON.stringify([model, identity, params]);
  return key(one) === key(other);
}
