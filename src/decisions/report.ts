import type {RunManifest, Store} from "../store/index.js";
import {decide} from "./decide.js";
import {type CandidateCalls, checkGates, type GateResult} from "./gates.js";
import {scoreTable} from "./scoreTable.js";
import type {ScoreTable, Verdict} from "./types.js";
import type {GateRule} from "../runner/define.js";

export interface RunReport {
  run: RunManifest;
  table: ScoreTable;
  verdict: Verdict;
  calls: CandidateCalls[];
}

/** The verdict of a run on its primary scorer, with what the calls came to and so with who is cheaper. */
export async function runReport(store: Store, run: RunManifest, margin: number): Promise<RunReport> {
  const table = await scoreTable(store, run.id, run.primaryScorer);
  const calls = await callsOf(store, run);
  const costs = Object.fromEntries(
    calls.flatMap(({candidate, costUsdPerThousand: cost}) => (cost === undefined ? [] : [[candidate, cost]]))
  );
  return {run, table, verdict: decide(table, {margin, seed: run.seed, costs}), calls};
}

export function gatesOf(report: RunReport, rules: readonly GateRule[]): GateResult[] {
  return checkGates(rules, report.table, report.verdict, report.calls);
}

async function callsOf(store: Store, run: RunManifest): Promise<CandidateCalls[]> {
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
