import type {RunManifest, Store} from "../store/index.js";
import type {CandidateCalls} from "./gates.js";

/** What each candidate's calls in a run came to; those answered from the store count with their first cost and latency. */
export async function callsOf(store: Store, run: RunManifest): Promise<CandidateCalls[]> {
  const several = run.variants.length > 1;
  const rows = await store.rows<{
    candidate: string;
    variant: string;
    planned: number;
    failed: number;
    p95: number | null;
    cost: number | null;
    unpriced: number;
    rows: number;
  }>(
    `select candidate, variant, count(*)::int as planned, count(*) filter (status = 'failed')::int as failed,
            quantile_cont(latency_ms, 0.95) filter (status = 'completed') as p95, sum(cost_usd)::double as cost,
            count(*) filter (status = 'completed' and cost_usd is null)::int as unpriced, count(distinct row_id)::int as rows
     from completions where run = $run group by all`,
    {run: run.id}
  );
  return rows.map((row) => ({
    candidate: several ? `${row.candidate} · ${row.variant}` : row.candidate,
    planned: row.planned,
    failed: row.failed,
    ...(row.p95 === null ? {} : {p95LatencyMs: row.p95}),
    ...(row.cost === null || row.unpriced > 0 ? {} : {costUsdPerThousand: (1000 * row.cost) / row.rows})
  }));
}
