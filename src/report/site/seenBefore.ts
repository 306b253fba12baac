import {
  hasRows,
  heldOutRecords,
  heldOutRelation,
  type RunManifest,
  splitParts,
  sqlString,
  type SplitManifest,
  type Store
} from "../../base/store/index.js";
import {isSamePart} from "./openedBefore.js";
import {scoredRows} from "./partOfRecord.js";

export interface SeenBefore {
  /** Rows that the run scored. */
  rows: number;
  /** Those of them that earlier runs had scored, in another part or as the held-out part of another split. */
  scored: number;
  /** Those of them that were in the training part of an earlier run's split. */
  trained: number;
}

/**
 * How many of the rows of a run on a held-out part were scored, or in a part that is trained on, by runs that were started before
 * it, in any version of the dataset. Rows that were held out by then do not count as trained on. Undefined for a run on
 * another part, and where its version's rows are gone.
 */
export async function seenBefore(store: Store, run: RunManifest): Promise<SeenBefore | undefined> {
  const {workspace} = store;
  const {name: dataset, version: id} = run.dataset;
  if (run.split.part !== "held-out") return undefined;
  const version = (await store.versions(dataset)).find((one) => one.id === id);
  if (!version || !(await hasRows(workspace, version))) return undefined;
  const earlier = (await store.runs({archived: true})).filter(
    (one) => one.dataset.name === dataset && one.startedAt < run.startedAt
  );
  const others = earlier.filter((one) => !isSamePart(one, run)).map((one) => sqlString(one.id));
  const scored =
    others.length === 0 ? NONE : `select row_id, row_hash from items where run in (${others.join(", ")})`;
  // Items of a final run have the ids that it shows.
  const rows = `(select distinct own_id, row_id, row_hash from (${await scoredRows(store, run, version)}))`;
  return store.row<SeenBefore>(
    `with scored as (${scored}), trained as (${await trainedRows(store, dataset, earlier)})
     select count(*)::int as rows, count(*) filter (own_id in (select row_id from scored) or row_id in (select row_id from scored)
         or row_hash in (select row_hash from scored where row_hash <> ''))::int as scored,
       count(*) filter (own_id in (select row_id from trained))::int as trained
     from ${rows}`
  );
}

const NONE = "select ''::varchar as row_id, ''::varchar as row_hash where false";

/** A query for the ids of rows in the training parts of runs' splits that were not held out when the first of these began. */
async function trainedRows(store: Store, dataset: string, runs: readonly RunManifest[]): Promise<string> {
  const begun = new Map<string, string>();
  for (const {split, startedAt} of runs)
    if (!(begun.get(split.id)! <= startedAt)) begun.set(split.id, startedAt);
  const queries: string[] = [];
  for (const [id, at] of begun) {
    const parts = await splitParts(store.workspace, {dataset, id});
    if (parts) queries.push(`select row_id, ${sqlString(at)} as begun from ${parts} where part = 'train'`);
  }
  if (queries.length === 0) return NONE;
  const held = await heldSince(store, dataset);
  return `select distinct t.row_id from (${queries.join(" union all ")}) t left join (${held}) h using (row_id)
    where h.since is null or t.begun < h.since`;
}

/** A query for row_id and since: when each row was first held out. */
async function heldSince({workspace, ...store}: Store, dataset: string): Promise<string> {
  const splits = new Map<string, SplitManifest>(
    (await store.splits(dataset)).map((split) => [split.id, split])
  );
  const queries: string[] = [];
  for (const {id, since = splits.get(id)?.madeAt} of await heldOutRecords(workspace, dataset))
    if (since !== undefined)
      queries.push(
        `select row_id, ${sqlString(since)} as since from ${await heldOutRelation(workspace, {dataset, id})}`
      );
  return queries.length === 0
    ? "select ''::varchar as row_id, ''::varchar as since where false"
    : `select row_id, min(since) as since from (${queries.join(" union all ")}) group by row_id`;
}
