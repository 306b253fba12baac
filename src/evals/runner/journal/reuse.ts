import {join} from "node:path";
import {emptyRelation, type RunManifest} from "../../../base/store/index.js";
import {type Bits, createBits} from "./bits.js";
import {copyChunks, rangesOf, within} from "../tables/chunks.js";
import {logAsParquet} from "../tables/logs.js";
import {candidateOf, type RunPlan} from "../plan/plan.js";
import type {RunWorkspace} from "../plan/rows.js";
import {JOURNAL, journalFile, latest, otherCompletions, OUTCOME, outcomeColumns} from "./tables.js";

/** Which requests of a plan need no call, and why. */
export interface SettledRequests {
  /** Numbers that need no call now: in the journal, in the store, or answered by an equal request. */
  done: Bits;
  /** Relation of all that this run's journal holds. */
  journal: string;
  /** Relation of the answers that this run's journal holds. */
  ownOf: string;
  /** Relation of completions that other runs have paid for, and of failures of theirs that stand, by number. */
  reusedOf: string;
  reused: number;
  /** The runs that those completions come from. */
  reusedFrom: readonly string[];
  /** Failures that this run's journal holds, and those of other runs that stand. */
  failed: number;
  /** Candidates, by their place, that this run's journal holds an answer of. */
  answered: ReadonlySet<number>;
  /** Two rows with the same messages are one request: some number's answer serves another. */
  duplicates: boolean;
  /** Requests among those done whose answer is that of an equal request of the plan. */
  repeated: number;
}

export interface SettleInputs {
  place: RunWorkspace;
  plan: RunPlan;
  /** All sealed runs. */
  runs: readonly RunManifest[];
  /** The run that is being made. */
  runId: string;
  options: {noReuse?: boolean; retryFailed?: boolean; failuresOf?: string[]};
}

/** Nothing needs a call: the run is sealed, and the `failed` calls in it are not made again. */
export function allSettled(total: number, failed: number): SettledRequests {
  const done = createBits(total);
  for (let n = 0; n < total; n++) done.add(n);
  return {
    done,
    journal: `(${emptyRelation(JOURNAL)})`,
    ownOf: `(${emptyRelation(JOURNAL)})`,
    reusedOf: `(${emptyRelation({n: "BIGINT", run: "VARCHAR", ...OUTCOME})})`,
    reused: total - failed,
    reusedFrom: [],
    failed,
    answered: new Set(),
    duplicates: false,
    repeated: 0
  };
}

/**
 * Looks all keys of a plan up at once: in this run's journal, in all sealed runs and in other runs' journals. When
 * several runs know a key, the newest completion is taken. With `retryFailed` journaled failures are asked again, equal requests
 * once; those of the runs `failuresOf` stand without it.
 */
export async function settle({place, plan, runs, runId, options}: SettleInputs): Promise<SettledRequests> {
  const {db, workspace, folder} = place;
  const {requests} = plan;
  const log = journalFile(workspace, runId);
  const journal = await logAsParquet(db, log, JOURNAL, join(folder, "journal-before.parquet"));
  const own = `(select n, key, status from ${latest(`(select seq, n, key, status from ${journal})`, "n")})`;
  const {duplicates} = (await db.row<{duplicates: boolean}>(
    `select count(*) <> count(distinct key[:16]) as duplicates from ${requests} where key <> ''`
  ))!;
  const standing = standingOf(own, {...options, duplicates});
  const failuresOf = options.retryFailed ? undefined : options.failuresOf;
  const known = options.noReuse
    ? undefined
    : await otherCompletions(place, runs, runId, {folder, failuresOf});
  const reused = await copyChunks(
    db,
    folder,
    "reused",
    {n: "BIGINT", run: "VARCHAR", ...OUTCOME},
    known === undefined
      ? []
      : rangesOf(plan.total).map(
          (range) => `select r.n, k.run, ${outcomeColumns("k")} from ${known} k
            join (select n, key from ${requests} where ${within("n", range)} and key <> '') r using (key)
            anti join (select n from ${standing}) o using (n)
            qualify row_number() over (partition by r.n order by k.status = 'failed', k.finished_at desc, k.run) = 1 order by r.n`
        )
  );
  const done = createBits(plan.total);
  let failed = 0;
  const answered = new Set<number>();
  for await (const batch of db.batches<{n: number; status: string}>(`select n, status from ${standing}`))
    for (const {n, status} of batch) {
      done.add(n);
      if (status === "failed") failed++;
      else answered.add(candidateOf(plan, n));
    }
  let reusedCount = 0;
  const reusedFrom = new Set<string>();
  for await (const batch of db.batches<{n: number; run: string; status: string}>(
    `select n, run, status from ${reused}`
  ))
    for (const {n, run, status} of batch) {
      done.add(n);
      if (status === "failed") failed++;
      else {
        reusedCount++;
        reusedFrom.add(run);
      }
    }
  let repeatedCount = 0;
  if (duplicates) {
    const open = `(select n, key from ${requests} r anti join (select n from ${standing}) o using (n) anti join (select n from ${reused}) u using (n) where key <> '')`;
    const repeated = `select n from (select n, key, row_number() over (partition by key order by n) as nth from ${open})
      where nth > 1 or key in (select key from ${standing})`;
    for await (const batch of db.batches<{n: number}>(repeated)) {
      for (const {n} of batch) done.add(n);
      repeatedCount += batch.length;
    }
  }
  return {
    done,
    journal,
    ownOf: `(select j.* from ${journal} j semi join (select n from ${own} where status = 'completed') o using (n) where j.status = 'completed')`,
    reusedOf: reused,
    reused: reusedCount,
    reusedFrom: [...reusedFrom],
    failed,
    answered,
    duplicates,
    repeated: repeatedCount
  };
}

/** The lines of a journal that settle their requests: all but failures that are asked again, or whose equal request was answered. */
function standingOf(
  own: string,
  {retryFailed, duplicates}: {retryFailed?: boolean; duplicates: boolean}
): string {
  const answered = `(select * from ${own} where status = 'completed')`;
  if (retryFailed) return answered;
  return duplicates
    ? `(select * from ${own} where status = 'completed' or key not in (select key from ${answered}))`
    : own;
}
