import {scaleOf} from "../../evals/decisions/index.js";
import {corpusName} from "../../base/stats/index.js";
import {maskExcerpt} from "../../data/privacy/index.js";
import type {RunManifest, Store} from "../../base/store/index.js";
import type {ScorerView} from "./decisionTypes.js";
import {countedReasons, type ShownReasons} from "./shownReasons.js";

/** A run's scorers, its judges with the answers that gave no score. */
export async function scorerViews(
  store: Store,
  run: RunManifest,
  reasons: ShownReasons
): Promise<ScorerView[]> {
  const views: ScorerView[] = [];
  const extents = await extentsOf(store, run);
  for (const {name, binary, judge, human, corpus} of run.scorers)
    views.push({
      name,
      binary,
      scale: scaleOf([extents.get(name) ?? []]),
      judge,
      failures: judge
        ? countedReasons(await failuresOf(store, run, name), ({reason}) => reasons.ofScore(reason))
        : undefined,
      human: human || undefined,
      labelledBy: human ? await labellersOf(store, run, name) : undefined,
      figure: corpus && corpusName(corpus)
    });
  return views;
}

/** The lowest and the highest score by each scorer that gave one. */
async function extentsOf(store: Store, run: RunManifest): Promise<Map<string, [low: number, high: number]>> {
  const found = await store.rows<{scorer: string; low: number; high: number}>(
    `select scorer, min(value)::double as low, max(value)::double as high from scores
     where run = $run and status = 'scored' group by scorer`,
    {run: run.id}
  );
  return new Map(found.map(({scorer, low, high}) => [scorer, [low, high]]));
}

/** Who gave people's scores, where their labels say so; a label that names nobody counts for nobody. */
async function labellersOf(
  store: Store,
  run: RunManifest,
  scorer: string
): Promise<ScorerView["labelledBy"]> {
  const found = await store.rows<{name: string; answers: number}>(
    `select name, count(*)::int as answers from (
       select unnest(from_json(details::json -> 'by', '["VARCHAR"]')) as name from scores
       where run = $run and scorer = $scorer and status = 'scored' and json_type(details::json, '$.by') = 'ARRAY')
     group by name order by answers desc, name`,
    {run: run.id, scorer}
  );
  return found.length > 0 ? found.map((one) => ({...one, name: maskExcerpt(one.name, 40)})) : undefined;
}

function failuresOf(
  store: Store,
  run: RunManifest,
  scorer: string
): Promise<{reason: string | null; count: number}[]> {
  return store.rows(
    `select reason, count(*)::int as count from scores
     where run = $run and scorer = $scorer and status = 'failed' group by all order by count desc, reason`,
    {run: run.id, scorer}
  );
}
