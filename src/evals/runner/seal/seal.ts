import {copyFile, rm} from "node:fs/promises";
import {join} from "node:path";
import {
  type ColumnTypes,
  COMPLETIONS,
  type Database,
  type RunManifest,
  SCORES,
  sealRun,
  sqlName,
  sqlString
} from "../../../base/store/index.js";
import {isRemote} from "../../../inference/endpoints/types.js";
import {comparesText} from "../../scorers/comparesText.js";
import {removeSuperseded} from "../journal/superseded.js";
import {cachedScores} from "./cachedScores.js";
import {copyChunks, copyChunk, type HalfOpenRange, rangesOf, within} from "../tables/chunks.js";
import {logAsParquet} from "../tables/logs.js";
import {withoutRun} from "../plan/plan.js";
import type {ReadyCandidate} from "../plan/readyCandidates.js";
import type {Run} from "../run.js";
import {journalFile, latest, otherScores, SCORE_LOG, scoresFile} from "../journal/tables.js";
import {type Pending, scorePending} from "./scorePending.js";

/** Fewer than elsewhere: they are scored while DuckDB holds them. */
const PENDING_AT_ONCE = 8192;

/** Makes the manifest of what was counted. */
export type Summarise = (figures: SealFigures) => Promise<RunManifest>;

export interface SealFigures {
  counts: RunManifest["counts"];
  costUsd?: number;
  supersededUsd?: number;
  unpricedCalls: number;
  /** Scores that no scorer has given yet, because its calls were stopped. */
  owedScores: number;
  /** Scorers of which some score is neither 0 nor 1. */
  graded: readonly string[];
}

/**
 * Turns journal and plan into the run's Parquet files and its manifest. All is written under other names
 * first; the manifest comes last, and the journal goes only when the manifest is on disk. Rows are ordered by
 * request number, so equal runs give equal files.
 */
export async function seal(run: Run, summarise: Summarise): Promise<RunManifest> {
  // What does not need each other goes through DuckDB at the same time.
  const beside = await run.place.db.connect();
  try {
    return await sealBeside(run, summarise, beside);
  } finally {
    beside.close();
  }
}

async function sealBeside(run: Run, summarise: Summarise, beside: Database): Promise<RunManifest> {
  const {
    journal,
    lease: {
      run: {id: runId},
      held
    }
  } = run;
  const {db, workspace, folder} = run.place;
  journal.scores.flush();
  const scoresBefore = join(folder, "scores-before.parquet");
  const [done, before] = await bothSettled(
    journal.ended.joined(),
    logAsParquet(beside, scoresFile(workspace, runId), SCORE_LOG, scoresBefore)
  );
  const completions = join(folder, "completions.parquet");
  const [scores, figures] = await bothSettled(
    joinScores(run, done, before),
    copyTable(beside, completions, {runId, columns: COMPLETIONS, relation: done}).then(() =>
      completionFigures(beside, run.budget.priced, done)
    )
  );
  const supersededUsd = journal.superseded.usd + (await journal.ended.supersededUsd(done));
  const {items, prompts} = await run.requests.plan.tables(runId);
  const writeTables = async (stage: string) => {
    for (const [name, file] of Object.entries({items, prompts, completions}))
      await copyFile(file, join(stage, `${name}.parquet`));
    await copyTable(db, join(stage, "scores.parquet"), {runId, columns: SCORES, relation: scores});
  };
  const manifest = await sealRun(
    workspace,
    runId,
    writeTables,
    async () => summarise(await sealFigures(run, {...figures, supersededUsd}, scores)),
    held
  );
  await journal.scores.close();
  await rm(journalFile(workspace, runId), {force: true});
  await rm(scoresFile(workspace, runId), {force: true});
  await removeSuperseded(workspace, runId);
  return manifest;
}

/** Waits for both, also when one of them fails. */
async function bothSettled<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}

/** A table of the sealed run. */
async function copyTable(
  db: Database,
  file: string,
  {runId, columns, relation}: {runId: string; columns: ColumnTypes; relation: string}
): Promise<void> {
  const select = `select ${sqlString(runId)} as run, ${typed(withoutRun(columns))} from ${relation}`;
  await copyChunk(db, file, select);
}

/** This run's scores, those other runs gave to the same completion, row and expectation, and those still owed. */
async function joinScores(run: Run, done: string, before: string): Promise<string> {
  const {
    place,
    task: {resolved, inputs},
    requests: {plan},
    journal
  } = run;
  const {db, workspace, folder} = place;
  const runId = run.lease.run.id;
  const log = scoresFile(workspace, runId);
  const scorers = `(values ${resolved.scorers
    .map(({name, version}, index) => `(${sqlString(name)}, ${sqlString(version)}, ${index})`)
    .join(", ")}) sc(scorer, scorer_version, nth)`;
  const ranges = rangesOf(plan.total);
  const completed = (range: HalfOpenRange) =>
    `(select * from ${done} where ${within("n", range)} and status = 'completed')`;
  const kept = (range: HalfOpenRange) =>
    `(select n, scorer from ${latest(`(select seq, n, scorer, status from ${before})`, "n, scorer", within("n", range))}
      ${inputs.options?.retryFailed ? "where status = 'scored'" : ""})`;
  const others = journal.settled.reused > 0 ? await otherScores(workspace, journal.runs, runId) : undefined;
  const cached = await cachedScores({
    place,
    ranges,
    others,
    completed,
    kept,
    scorers,
    textScorers: resolved.scorers.filter(({scorer}) => comparesText(scorer)).map(({name}) => name),
    columns: withoutSeq(SCORE_LOG)
  });
  async function* pending(): AsyncGenerator<Pending[]> {
    for (const range of rangesOf(plan.total, PENDING_AT_ONCE)) {
      const owing = `(select c.n, list(sc.scorer order by nth) as scorers from (select n from ${completed(range)}) c cross join ${scorers}
        anti join (select * from ${kept(range)} union all select n, scorer from ${cached} where ${within("n", range)}) h on h.n = c.n and h.scorer = sc.scorer
        group by c.n)`;
      // Whole answers are read only where one owes a score, which is seldom.
      if (!(await db.row(`select 1 from ${owing} limit 1`))) continue;
      yield* db.batches<Pending>(
        `select c.* exclude (expected, row_hash), p.scorers from ${completed(range)} c join ${owing} p using (n) order by n`
      );
      await db.trim();
    }
  }
  const given = await scorePending(run, pending());
  const own = given === 0 ? before : await logAsParquet(db, log, SCORE_LOG, join(folder, "scores.parquet"));
  const queries = ranges.map((range) => {
    const here = within("n", range);
    const all = `select * exclude (seq) from ${latest(own, "n, scorer", here)} union all by name select * from ${cached} where ${here}`;
    return `select s.*, c.row_id, c.candidate, c.variant, c.repeat from (${all}) s
      join (select n, row_id, candidate, variant, repeat from ${completed(range)}) c using (n)
      join ${scorers} using (scorer, scorer_version) order by s.n, sc.nth`;
  });
  return copyChunks(db, folder, "scores", {n: "BIGINT", ...SCORES}, queries);
}

interface CompletionFigures {
  completed: number;
  failed: number;
  reused: number;
  cost: number | null;
  unpriced: number;
}

async function completionFigures(
  db: Database,
  candidates: readonly ReadyCandidate[],
  done: string
): Promise<CompletionFigures> {
  const remote = candidates
    .filter(({record}) => isRemote({kind: record.endpointKind}))
    .map(({record}) => sqlString(record.name));
  return (await db.row<CompletionFigures>(
    `select count(*) filter (status = 'completed')::double as completed, count(*) filter (status = 'failed')::double as failed,
       count(*) filter (reused)::double as reused, (sum(cost_usd order by n) filter (not reused))::double as cost,
       count(*) filter (not reused and status = 'completed' and cost_usd is null and candidate in (${remote.join(", ") || "null"}))::double as unpriced
     from ${done}`
  ))!;
}

async function sealFigures(
  {place: {db}, task: {resolved}, requests: {plan}}: Run,
  {completed, failed, reused, cost, unpriced, supersededUsd}: CompletionFigures & {supersededUsd: number},
  scores: string
): Promise<SealFigures> {
  const {scored, given} = (await db.row<{scored: number; given: number}>(
    `select count(*) filter (status = 'scored' and scorer = ${sqlString(resolved.primary)})::double as scored,
       count(*)::double as given from ${scores}`
  ))!;
  const graded = await db.rows<{scorer: string}>(
    `select distinct scorer from ${scores} where status = 'scored' and value not in (0, 1)`
  );
  return {
    counts: {planned: plan.total, completed, failed, reused, scored, unscored: completed - scored},
    costUsd: supersededUsd > 0 ? (cost ?? 0) + supersededUsd : (cost ?? undefined),
    supersededUsd: supersededUsd > 0 ? supersededUsd : undefined,
    unpricedCalls: unpriced,
    owedScores: completed * resolved.scorers.length - given,
    graded: graded.map(({scorer}) => scorer)
  };
}

function typed(columns: ColumnTypes): string {
  return Object.entries(columns)
    .map(([name, type]) => `${sqlName(name)}::${type} as ${sqlName(name)}`)
    .join(", ");
}

function withoutSeq(columns: ColumnTypes): ColumnTypes {
  return Object.fromEntries(Object.entries(columns).filter(([name]) => name !== "seq"));
}
