import {mkdir, rename, rm} from "node:fs/promises";
import {join} from "node:path";
import {
  COMPLETIONS,
  flushFolder,
  ITEMS,
  type RunManifest,
  SCORES,
  sqlName,
  sqlString,
  type Store,
  temporaryPath,
  writeJsonAtomic,
  writeParquet
} from "../store/index.js";
import type {AppendLog} from "./appendLog.js";
import type {Plan} from "./plan.js";
import type {ResolvedEval} from "./resolve.js";
import type {Settled} from "./reuse.js";
import {
  JOURNAL,
  journalFile,
  latest,
  otherScores,
  outcomeColumns,
  placeOf,
  readLog,
  requestsOf,
  SCORE_LOG,
  scoresFile
} from "./runTables.js";
import {scorePending} from "./scorePending.js";

export interface SealInputs {
  store: Store;
  plan: Plan;
  resolved: ResolvedEval;
  runId: string;
  settled: Settled;
  scoreLog: AppendLog;
  /** Folder for what is half-made. */
  folder: string;
  retryFailed?: boolean;
  concurrency: number;
  signal?: AbortSignal;
  /** Endpoint kinds whose calls cost money, by candidate. */
  priced: readonly boolean[];
  manifest(figures: SealFigures): Promise<RunManifest>;
}

export interface SealFigures {
  counts: RunManifest["counts"];
  costUsd?: number;
  unpricedCalls: number;
}

/**
 * Turns journal and plan into the run's three Parquet files and its manifest. All is written under other names
 * first; the manifest comes last, and the journal goes only when the manifest is on disk. Rows are ordered by
 * request number, so equal runs give equal files.
 */
export async function seal(inputs: SealInputs): Promise<RunManifest> {
  const {store, plan, runId} = inputs;
  const target = store.workspace.runDir(runId);
  await mkdir(target, {recursive: true});
  const done = await joinCompletions(inputs);
  const scores = await joinScores(inputs, done);
  const parts = {
    items: `select ${sqlString(runId)} as run, ${except(ITEMS, "run")} from ${itemsOf(plan)} order by position`,
    completions: `select ${sqlString(runId)} as run, ${except(COMPLETIONS, "run")} from ${done}`,
    scores: `select ${sqlString(runId)} as run, ${except(SCORES, "run")} from ${scores}`
  };
  const staged: [string, string][] = [];
  for (const [name, query] of Object.entries(parts)) {
    const file = join(target, `${name}.parquet`);
    const temporary = temporaryPath(file);
    await writeParquet(store, temporary, query);
    staged.push([temporary, file]);
  }
  const manifest = await inputs.manifest(await figuresOf(inputs, done, scores));
  for (const [temporary, file] of staged) await rename(temporary, file);
  await flushFolder(target);
  await writeJsonAtomic(join(target, "manifest.json"), manifest);
  await inputs.scoreLog.close();
  await rm(journalFile(target), {force: true});
  await rm(scoresFile(target), {force: true});
  return manifest;
}

/** All ended requests with their place, in order: the journal's, the reused, and those an equal request answered. */
async function joinCompletions({store, plan, runId, settled, folder}: SealInputs): Promise<string> {
  const own = latest(readLog(journalFile(store.workspace.runDir(runId)), JOURNAL), "n");
  const reused = `read_parquet(${sqlString(settled.reusedFile)})`;
  const requests = requestsOf(plan);
  const sources = [
    `select n, ${outcomeColumns("o")}, false as reused from ${own} o semi join ${requests} r using (n, key)`,
    `select n, ${outcomeColumns("u")}, true as reused from ${reused} u`
  ];
  if (settled.duplicates)
    sources.push(
      `select r.n, ${outcomeColumns("o")}, o.status = 'completed' as reused
       from (select n, key from ${requests} anti join (select n from ${own}) using (n) anti join (select n from ${reused}) using (n) where key <> '') r
       join (select * from ${own} qualify row_number() over (partition by key order by status, n) = 1) o using (key)`
    );
  const place = placeOf(plan, "c.n");
  const file = join(folder, "completions.parquet");
  await writeParquet(
    store,
    file,
    `select c.n, i.row_id, i.row_hash, i.expected, ${place.candidate} as candidate, ${place.variant} as variant, ${place.repeat} as repeat,
       c.* exclude (n) from (${sources.join(" union all by name ")}) c
     join ${itemsOf(plan)} i on i.position = ${place.position} order by c.n`
  );
  return `read_parquet(${sqlString(file)})`;
}

/** This run's scores, those other runs gave to the same completion, row and expectation, and those still owed. */
async function joinScores(inputs: SealInputs, done: string): Promise<string> {
  const {store, plan, resolved, runId, settled, folder, scoreLog} = inputs;
  const log = scoresFile(store.workspace.runDir(runId));
  const scorers = `(values ${resolved.scorers
    .map(({name, version}, index) => `(${sqlString(name)}, ${sqlString(version)}, ${index})`)
    .join(", ")}) sc(scorer, scorer_version, nth)`;
  const completed = `(select * from ${done} where status = 'completed')`;
  scoreLog.flush();
  const own = () => latest(readLog(log, SCORE_LOG), "n, scorer");
  const kept = () => (inputs.retryFailed ? `(select * from ${own()} where status = 'scored')` : own());
  const cachedFile = join(folder, "cached-scores.parquet");
  const others = settled.reused > 0 ? await otherScores(store, runId) : undefined;
  if (others)
    await writeParquet(
      store,
      cachedFile,
      `select c.n, sc.scorer, sc.scorer_version, c.key, k.status, k.value, k.reason, k.details
       from ${completed} c cross join ${scorers}
       join ${others} k on k.key = c.key and k.scorer_version = sc.scorer_version and k.row_hash = c.row_hash and k.expected is not distinct from c.expected
       anti join (select n, scorer from ${kept()}) o on o.n = c.n and o.scorer = sc.scorer
       where c.reused
       qualify row_number() over (partition by c.n, sc.scorer order by k.run desc, k.row_id) = 1`
    );
  const cached = others ? `select n, scorer from read_parquet(${sqlString(cachedFile)})` : undefined;
  const have = `select n, scorer from ${kept()}${cached ? ` union all ${cached}` : ""}`;
  await scorePending(
    store,
    plan,
    resolved,
    `(select c.* exclude (expected, row_hash), p.scorers from ${completed} c join (
       select c.n, list(sc.scorer order by nth) as scorers from ${completed} c cross join ${scorers}
       anti join (${have}) h on h.n = c.n and h.scorer = sc.scorer group by c.n) p using (n))`,
    scoreLog,
    {concurrency: inputs.concurrency, ...(inputs.signal ? {signal: inputs.signal} : {})}
  );
  const columns = "n, scorer, scorer_version, key, status, value, reason, details";
  const all = `select ${columns} from ${own()}${others ? ` union all select ${columns} from read_parquet(${sqlString(cachedFile)})` : ""}`;
  const file = join(folder, "scores.parquet");
  await writeParquet(
    store,
    file,
    `select s.*, c.row_id, c.candidate, c.variant, c.repeat from (${all}) s join ${completed} c using (n)
     join ${scorers} using (scorer, scorer_version) order by s.n, sc.nth`
  );
  return `read_parquet(${sqlString(file)})`;
}

async function figuresOf(
  {store, plan, resolved, priced}: SealInputs,
  done: string,
  scores: string
): Promise<SealFigures> {
  const pricedNames = plan.candidates.filter((_name, index) => priced[index]).map(sqlString);
  const figures = (await store.row<{
    completed: number;
    failed: number;
    reused: number;
    cost: number | null;
    unpriced: number;
  }>(
    `select count(*) filter (status = 'completed')::double as completed, count(*) filter (status = 'failed')::double as failed,
       count(*) filter (reused)::double as reused, (sum(cost_usd order by n) filter (not reused))::double as cost,
       count(*) filter (not reused and status = 'completed' and cost_usd is null and candidate in (${pricedNames.join(", ") || "null"}))::double as unpriced
     from ${done}`
  ))!;
  const {scored} = (await store.row<{scored: number}>(
    `select count(*)::double as scored from ${scores} where status = 'scored' and scorer = ${sqlString(resolved.primary)}`
  ))!;
  return {
    counts: {
      planned: plan.total,
      completed: figures.completed,
      failed: figures.failed,
      reused: figures.reused,
      scored,
      unscored: figures.completed - scored
    },
    ...(figures.cost === null ? {} : {costUsd: figures.cost}),
    unpricedCalls: figures.unpriced
  };
}

function itemsOf(plan: Plan): string {
  return readLog(
    plan.itemsFile,
    Object.fromEntries(Object.entries(ITEMS).filter(([name]) => name !== "run"))
  );
}

function except(columns: Record<string, string>, without: string): string {
  return Object.keys(columns)
    .filter((name) => name !== without)
    .map((name) => `${sqlName(name)}::${columns[name]} as ${sqlName(name)}`)
    .join(", ");
}
