import {completionOf, type StoredOutcome} from "../journal/outcome.js";
import {candidateOf} from "../plan/plan.js";
import {sentMessages} from "../plan/prompts.js";
import {type PlannedRow, readRows} from "../plan/rows.js";
import type {Run} from "../run.js";
import {scoreAll} from "../calls/scoring.js";

/** A completion with the names of the scorers that owe it a score. */
export type Pending = StoredOutcome & {n: number; key: string; scorers: string[]};

/**
 * Scores completions that came from elsewhere: other runs, equal requests, a start that was killed before it could
 * score. `pending` yields them in the order of their numbers; rows are read alongside.
 */
export async function scorePending(
  {task, place, requests: {plan, ready}, journal, calls}: Run,
  pending: AsyncIterable<Pending[]>
): Promise<number> {
  const {
    resolved,
    inputs: {abortSignal: signal}
  } = task;
  const perRow = plan.candidates.length * plan.variants.length * plan.repeats;
  const rows = oneByOne(readRows(place.db, plan.rowsOf));
  let row: PlannedRow | undefined;
  let scored = 0;
  const running = new Set<Promise<void>>();
  let failure: unknown;
  const score = async (completion: Pending, {row: cells}: PlannedRow) => {
    const {candidate} = ready[candidateOf(plan, completion.n)]!;
    const variant = plan.variants[Math.floor(completion.n / plan.repeats) % plan.variants.length]!;
    const records = await scoreAll(
      resolved.scorers.filter(({name}) => completion.scorers.includes(name)),
      resolved.expected,
      {
        key: completion.key,
        row: cells,
        completion: completionOf(completion),
        messages: sentMessages(candidate, cells, () => variant.render(cells)).messages ?? [],
        calls: calls.scorers.calls,
        signal
      }
    );
    for (const record of records) journal.scores.push({n: completion.n, ...record});
    scored++;
  };
  try {
    for await (const batch of pending)
      for (const completion of batch) {
        signal?.throwIfAborted();
        if (failure) throw failure as Error;
        while (row === undefined || row.position < Math.floor(completion.n / perRow)) {
          const next = await rows.next();
          if (next.done) throw new Error(`no row for request ${completion.n} in the plan's rows`);
          row = next.value;
        }
        const work = score(completion, row)
          .catch((error: unknown) => {
            failure ??= error;
          })
          .finally(() => running.delete(work));
        running.add(work);
        if (running.size >= Math.max(64, calls.pace.concurrency)) await Promise.race(running);
      }
  } finally {
    await Promise.all(running);
    await rows.return(undefined);
    journal.scores.flush();
  }
  if (failure) throw failure as Error;
  return scored;
}

async function* oneByOne<T>(batches: AsyncIterable<T[]>): AsyncGenerator<T> {
  for await (const batch of batches) yield* batch;
}
