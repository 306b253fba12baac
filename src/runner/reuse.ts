import {join} from "node:path";
import {emptyRelation, sqlString, type Store, writeParquet} from "../store/index.js";
import {type Bits, createBits} from "./bits.js";
import type {Plan} from "./plan.js";
import {
  JOURNAL,
  journalFile,
  latest,
  otherCompletions,
  OUTCOME,
  outcomeColumns,
  readLog,
  requestsOf
} from "./runTables.js";

/** Which requests of a plan need no call, and why. */
export interface Settled {
  /** Numbers that need no call now: in the journal, in the store, or answered by an equal request. */
  done: Bits;
  /** Parquet of completions that other runs have paid for, by number. */
  reusedFile: string;
  reused: number;
  /** Completions and failures that this run's journal holds. */
  journaled: number;
  failed: number;
  /** Two rows with the same messages are one request: some number's answer serves another. */
  duplicates: boolean;
}

const nothing = `(${emptyRelation({...OUTCOME, run: "VARCHAR"})})`;

/**
 * Looks all keys of a plan up at once: in this run's journal, in all sealed runs and in other runs' journals. When
 * several runs know a key, the newest completion is taken. With `retryFailed` journaled failures are asked again.
 */
export async function settle(
  store: Store,
  plan: Plan,
  runId: string,
  folder: string,
  options: {noReuse?: boolean; retryFailed?: boolean}
): Promise<Settled> {
  const requests = requestsOf(plan);
  const own = latest(readLog(journalFile(store.workspace.runDir(runId)), JOURNAL), "n");
  const reusedFile = join(folder, "reused.parquet");
  const known = options.noReuse ? nothing : await otherCompletions(store, runId);
  await writeParquet(
    store,
    reusedFile,
    `select r.n, ${outcomeColumns("k")} from ${requests} r join ${known} k using (key)
     anti join (select n from ${own}) o using (n)
     qualify row_number() over (partition by r.n order by k.finished_at desc, k.run) = 1 order by r.n`
  );
  const reused = `read_parquet(${sqlString(reusedFile)})`;
  const open = `(select n, key from ${requests} r anti join (select n from ${own}) o using (n) anti join (select n from ${reused}) u using (n) where key <> '')`;
  const repeated = `select n from (select n, key, row_number() over (partition by key order by n) as nth from ${open})
    where nth > 1 or key in (select key from ${own})`;

  const done = createBits(plan.total);
  let journaled = 0;
  let failed = 0;
  for await (const batch of store.batches<{n: number; status: string}>(`select n, status from ${own}`))
    for (const {n, status} of batch) {
      if (status === "failed" && options.retryFailed) continue;
      done.add(n);
      journaled++;
      if (status === "failed") failed++;
    }
  for await (const batch of store.batches<{n: number}>(`select n from ${reused}`))
    for (const {n} of batch) done.add(n);
  const reusedCount = done.count - journaled;
  for await (const batch of store.batches<{n: number}>(repeated)) for (const {n} of batch) done.add(n);
  const {duplicates} = (await store.row<{duplicates: boolean}>(
    `select count(*) <> count(distinct key) as duplicates from ${requests} where key <> ''`
  ))!;
  return {done, reusedFile, reused: reusedCount, journaled, failed, duplicates};
}
