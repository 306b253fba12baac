import {memberOf} from "../../base/validation/memberOf.js";
import {corpusCounts, type CorpusCounts, type CorpusFigure, meanCounts} from "../../base/stats/index.js";
import type {RunManifest, Store} from "../../base/store/index.js";
import {overRepeats} from "./overRepeats.js";
import type {RowSlicing} from "./sliceTable.js";
import type {ScoreTable} from "./types.js";

/**
 * The scores of a run by one scorer, one row a dataset row, means over repeats. A row whose repeats all failed is
 * undefined there, and how many failed of the others' repeats stands beside them. With several prompt variants each candidate-variant pair is a candidate, named "candidate · variant".
 * Where a corpus figure decides, its counts by row are read from the scores' details.
 * @param figure the figure, null for the mean of the rows; the scorer's own in the run when left out
 */
export async function scoreTable(
  store: Store,
  runId: string,
  scorer: string,
  figure?: CorpusFigure | null
): Promise<ScoreTable> {
  const run = (await store.runs({archived: true})).find(({id}) => id === runId);
  if (!run) throw new Error(`no such run: ${runId}`);
  const rowIds: string[] = [];
  const clusters: (string | null)[] = [];
  const items = "select row_id, cluster from items where run = $run order by position";
  for await (const [ids, groups] of store.columns(items, {run: runId})) {
    for (const id of ids!) rowIds.push(id as string);
    for (const group of groups!) clusters.push(group as string | null);
  }
  const variants = run.variants.map(({name}) => name);
  const named = run.candidates.flatMap((candidate) =>
    shownNames(run, candidate.name).map((name, v) => ({
      candidate: candidate.name,
      variant: variants[v]!,
      name,
      baseline: candidate.baseline
    }))
  );
  const stated = run.scorers.find(({name}) => name === scorer);
  const values = named.map(() => new Array<number | undefined>(rowIds.length).fill(undefined));
  const columns: ScoreColumnQuery = {run, scorer, named};
  await readScores(store, columns, values);
  const failedRepeats = run.repeats > 1 ? await readFailedRepeats(store, columns, rowIds.length) : undefined;
  const decides = figure === undefined ? stated?.corpus : (figure ?? undefined);
  const counts = decides && (await readCounts(store, columns, {figure: decides, rows: rowIds.length}));
  return {
    candidates: named.map(({name}) => name),
    baseline: named.find(({baseline}) => baseline)?.name ?? named[0]?.name,
    rowIds,
    clusters: clusters.some((cluster) => cluster !== null) ? clusters : undefined,
    values,
    failedRepeats,
    corpus: decides && counts ? {figure: decides, counts} : undefined,
    binary:
      stated?.binary !== false &&
      values.every((row) => row.every((value) => value === undefined || value === 0 || value === 1)),
    bounds: stated?.bounds
  };
}

/** The table of an earlier run as `run` is decided: by the same figure, where its scores have the counts. */
export function tableAsIn(store: Store, earlier: string, run: RunManifest): Promise<ScoreTable> {
  return scoreTable(store, earlier, run.primaryScorer, corpusOf(run, run.primaryScorer) ?? null);
}

/** The corpus figure that a scorer of a run decides by; undefined where the mean of the rows does. */
export function corpusOf({scorers}: Pick<RunManifest, "scorers">, scorer: string): CorpusFigure | undefined {
  return scorers.find(({name}) => name === scorer)?.corpus;
}

/** What a candidate is called in the table, once for each prompt variant. Another candidate's name may begin with its name. */
export function shownNames({variants}: Pick<RunManifest, "variants">, candidate: string): string[] {
  return variants.map(({name}) => (variants.length > 1 ? `${candidate} · ${name}` : candidate));
}

/** Joined and averaged by DuckDB, so that three numbers a score are all that is read. */
async function readScores(
  store: Store,
  of: ScoreColumnQuery,
  values: (number | undefined)[][]
): Promise<void> {
  const query = `${PLACES}
    select nth, place, ${overRepeats("avg", "value", of.run)}::double from scores join named using (candidate, variant) join places using (row_id)
    where run = $run and scorer = $scorer and status = 'scored' group by nth, place`;
  for await (const [columns, places, scores] of store.columns(query, parametersOf(of)))
    for (let i = 0; i < scores!.length; i++)
      values[columns![i] as number]![places![i] as number] = scores![i] as number;
}

/** Of the repeats of scored rows that were asked, the share without a score; undefined when there are none. */
async function readFailedRepeats(
  store: Store,
  of: ScoreColumnQuery,
  rows: number
): Promise<number[][] | undefined> {
  const query = `${PLACES}
    select nth, place, (1 - count(s.repeat) / count(*))::double from (select * from completions where run = $run) c
    left join (select row_id, candidate, variant, repeat from scores where run = $run and scorer = $scorer and status = 'scored') s
      using (row_id, candidate, variant, repeat)
    join named using (candidate, variant) join places using (row_id)
    group by nth, place having count(s.repeat) between 1 and count(*) - 1`;
  const found = of.named.map(() => new Array<number>(rows).fill(0));
  let any = false;
  for await (const [columns, places, shares] of store.columns(query, parametersOf(of)))
    for (let i = 0; i < shares!.length; i++) {
      found[columns![i] as number]![places![i] as number] = shares![i] as number;
      any = true;
    }
  return any ? found : undefined;
}

/** What of a run's scores is read into the columns of a table. */
interface ScoreColumnQuery {
  run: RunManifest;
  scorer: string;
  named: readonly {candidate: string; variant: string}[];
}

/** SQL of the tables `named`, of the candidates in `$named`, and `places`, of the rows of `$run` from 0 on. */
export const PLACES = `
    with named as (
      select unnest(from_json($named, '[{"candidate": "VARCHAR", "variant": "VARCHAR", "nth": "INTEGER"}]'), recursive := true)
    ), places as (
      select row_id, (row_number() over (order by position) - 1)::int as place from items where run = $run
    )`;

function parametersOf({run, scorer, named}: ScoreColumnQuery): Record<string, string> {
  const names = JSON.stringify(named.map(({candidate, variant}, nth) => ({candidate, variant, nth})));
  return {run: run.id, scorer, named: names};
}

/** By candidate, then by row; a score without the counts has none. */
async function readCounts(
  store: Store,
  of: ScoreColumnQuery,
  {figure, rows}: {figure: CorpusFigure; rows: number}
): Promise<(CorpusCounts | undefined)[][]> {
  const query = `${PLACES}
    select nth, place, details from scores join named using (candidate, variant) join places using (row_id)
    where run = $run and scorer = $scorer and status = 'scored' order by nth, place, repeat`;
  const found = of.named.map(() => new Array<CorpusCounts[] | undefined>(rows).fill(undefined));
  for await (const [columns, places, details] of store.columns(query, parametersOf(of)))
    for (let i = 0; i < details!.length; i++) {
      const counts = corpusCounts(figure, JSON.parse((details![i] as string | null) ?? "{}") as object);
      if (!counts) continue;
      const [column, row] = [found[columns![i] as number]!, places![i] as number];
      if (column[row]) column[row].push(counts);
      else column[row] = [counts];
    }
  return found.map((column) => column.map((repeats) => repeats && meanCounts(repeats)));
}

/** The ways in which a run's eval cuts its rows, in the order of `scoreTable`'s rows; none when it names none. */
export async function slicingsOf(store: Store, run: RunManifest): Promise<RowSlicing[]> {
  const slicings = run.slices.map((name) => ({name, values: [] as (string | undefined)[]}));
  if (slicings.length === 0) return [];
  const parsed = new Map<string, (string | undefined)[]>();
  const query = "select coalesce(slices, '{}') from items where run = $run order by position";
  for await (const [texts] of store.columns(query, {run: run.id}))
    for (const text of texts as string[]) {
      let own = parsed.get(text);
      if (!own) {
        const slices = JSON.parse(text) as Record<string, unknown>;
        own = run.slices.map((name) =>
          memberOf(slices, name) == null ? undefined : String(memberOf(slices, name))
        );
        parsed.set(text, own);
      }
      slicings.forEach(({values}, s) => values.push(own[s]));
    }
  return slicings;
}
