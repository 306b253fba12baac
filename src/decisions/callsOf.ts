import type {RunManifest, Store} from "../store/index.js";
import {costsOf} from "./costsOf.js";
import {pairedCosts} from "./pairedCosts.js";
import type {CandidateCalls} from "./gates.js";
import {shownNames} from "./scoreTable.js";

/** What each candidate's calls in a run came to, in the run's order; those answered from the store count with their first latency and at the run's price. */
export async function callsOf(store: Store, run: RunManifest): Promise<CandidateCalls[]> {
  const several = run.variants.length > 1;
  const rows = await store.rows<{
    candidate: string;
    variant: string;
    planned: number;
    failed: number;
    p95: number | null;
  }>(
    `select candidate, variant, count(*)::int as planned, count(*) filter (status = 'failed')::int as failed,
            quantile_cont(latency_ms, 0.95) filter (status = 'completed') as p95
     from completions where run = $run group by all`,
    {run: run.id}
  );
  const costs = await pairedCosts(store, run, await costsOf(store, run));
  const order = run.candidates.flatMap(({name}) => shownNames(run, name));
  const calls = rows.map((row) => {
    const candidate = several ? `${row.candidate} · ${row.variant}` : row.candidate;
    const cost = costs[candidate];
    return {
      candidate,
      planned: row.planned,
      failed: row.failed,
      p95LatencyMs: row.p95 === null ? undefined : row.p95,
      concurrency: run.concurrency,
      cost,
      costUsdPerThousand: cost?.usdPerThousand
    };
  });
  return calls.sort((a, b) => order.indexOf(a.candidate) - order.indexOf(b.candidate));
}
