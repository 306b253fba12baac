import {memberOf} from "../../base/validation/memberOf.js";
import {type Interval, quantileInterval} from "../../base/stats/index.js";
import type {RunManifest, Store} from "../../base/store/index.js";
import {costsOf} from "./costsOf.js";
import {pairedCosts} from "./pairedCosts.js";
import {PLACES, shownNames} from "./scoreTable.js";
import type {CandidateCalls} from "./gateTypes.js";

/** Milliseconds, beyond those of any answer. */
const FOREVER = 1e15;

/** What each candidate's calls in a run came to, in the run's order; those answered from the store count with their first latency and at the run's price. */
export async function callsOf(store: Store, run: RunManifest): Promise<CandidateCalls[]> {
  const several = run.variants.length > 1;
  const rows = await store.rows<{
    candidate: string;
    variant: string;
    planned: number;
    failed: number;
    attempts: number | null;
    timed: number;
    p95: number | null;
    least: number | null;
    most: number | null;
  }>(
    `select candidate, variant, count(*)::int as planned, count(*) filter (status = 'failed')::int as failed,
            case when count(attempts) = count(*) then sum(attempts)::double end as attempts,
            count(latency_ms) filter (status = 'completed')::int as timed,
            ${p95("latency_ms")} as p95, ${p95("coalesce(latency_ms, 0)")} as least, ${p95(`coalesce(latency_ms, ${FOREVER})`)} as most
     from completions where run = $run group by all`,
    {run: run.id}
  );
  const costs = await pairedCosts(store, run, await costsOf(store, run));
  const intervals = await p95Intervals(store, run);
  const order = run.candidates.flatMap(({name}) => shownNames(run, name));
  const calls = rows.map((row) => {
    const candidate = several ? `${row.candidate} · ${row.variant}` : row.candidate;
    const cost = memberOf(costs, candidate);
    const {low: lowMs, high: highMs} = intervals[order.indexOf(candidate)] ?? {};
    return {
      candidate,
      planned: row.planned,
      failed: row.failed,
      attempts: row.attempts ?? undefined,
      latency:
        row.p95 === null
          ? undefined
          : {p95Ms: row.p95, lowMs, highMs, answers: row.timed, leastMs: row.least!, mostMs: row.most!},
      concurrency: run.concurrency,
      cost,
      costUsdPerThousand: cost?.usdPerThousand
    };
  });
  return calls.sort((a, b) => order.indexOf(a.candidate) - order.indexOf(b.candidate));
}

/** By candidate and variant, in the run's order. Answers to one row, and to rows of one group, are related. */
async function p95Intervals(store: Store, run: RunManifest): Promise<(Interval | undefined)[]> {
  const named = run.candidates.flatMap(({name: candidate}) =>
    run.variants.map(({name: variant}) => ({candidate, variant}))
  );
  const query = `${PLACES}, grouped as (
      select row_id, (dense_rank() over (order by coalesce('cluster:' || cluster, 'row:' || row_id)))::int as g
      from items where run = $run
    )
    select nth, g, latency_ms::double from completions join named using (candidate, variant) join grouped using (row_id)
    where run = $run and status = 'completed' and latency_ms is not null
    order by nth, g, latency_ms`;
  const found = named.map(() => ({times: [] as number[], groups: [] as number[]}));
  for await (const [columns, groups, times] of store.columns(query, {
    run: run.id,
    named: JSON.stringify(named.map((one, nth) => ({...one, nth})))
  }))
    for (let i = 0; i < times!.length; i++) {
      const own = found[columns![i] as number]!;
      own.times.push(times![i] as number);
      own.groups.push(groups![i] as number);
    }
  return found.map(({times, groups}) => {
    const isGrouped = groups.some((group, i) => group === groups[i - 1]);
    return quantileInterval(times, 0.95, {clusters: isGrouped ? groups : undefined});
  });
}

function p95(latency: string): string {
  return `quantile_cont(${latency}, 0.95) filter (status = 'completed')`;
}
