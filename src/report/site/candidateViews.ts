import type {CandidateCalls} from "../../evals/decisions/index.js";
import {quantile} from "../../base/stats/index.js";
import type {ModelManifest} from "../../weights/models/types.js";
import type {RunCandidate, RunManifest, Store} from "../../base/store/index.js";
import {countedReasons, type ShownReasons} from "./shownReasons.js";
import type {CandidateView} from "./types.js";

interface CandidateUsage {
  candidate: string;
  variant: string;
  completed: number;
  failed: number;
  reused: number;
  priced: number;
  latencies: number[] | null;
  prompt_tokens: number | null;
  completion_tokens: number | null;
}

interface CandidateFailures {
  candidate: string;
  variant: string;
  reason: string | null;
  kind: string | null;
  count: number;
}

/** Cost, speed, failures and lineage of a run's candidates, one entry a prompt variant, in the manifest's order. */
export async function candidateViews(
  store: Store,
  run: RunManifest,
  {
    models,
    calls,
    reasons
  }: {models: ReadonlyMap<string, ModelManifest>; calls: readonly CandidateCalls[]; reasons: ShownReasons}
): Promise<CandidateView[]> {
  const {usd, priceOf} = await store.pricing(run);
  const usage = await store.rows<CandidateUsage>(
    `select candidate, variant, count(*) filter (status = 'completed')::int as completed,
       count(*) filter (status = 'failed')::int as failed, count(*) filter (reused)::int as reused,
       (count(${usd}) filter (status = 'completed'))::int as priced,
       list(latency_ms) filter (status = 'completed' and latency_ms is not null) as latencies,
       (avg(prompt_tokens) filter (status = 'completed'))::double as prompt_tokens,
       (avg(completion_tokens) filter (status = 'completed'))::double as completion_tokens
     from completions where run = $run group by candidate, variant`,
    {run: run.id}
  );
  const failures = await store.rows<CandidateFailures>(
    `select candidate, variant, reason, reason_kind as kind, count(*)::int as count from completions
     where run = $run and status = 'failed' group by all order by count desc, reason`,
    {run: run.id}
  );
  return run.candidates.flatMap((candidate) =>
    run.variants.map(({name: variant}) => {
      const mine = (row: {candidate: string; variant: string}) =>
        row.candidate === candidate.name && row.variant === variant;
      const found = usage.find(mine);
      const name = run.variants.length > 1 ? `${candidate.name} · ${variant}` : candidate.name;
      const {costUsdPerThousand, latency} = calls.find((one) => one.candidate === name) ?? {};
      return {
        name,
        candidate: candidate.name,
        variant,
        baseline: candidate.baseline ?? false,
        model: candidate.model,
        tools: candidate.tools,
        modelId: candidate.modelId,
        endpoint: candidate.endpoint,
        endpointKind: candidate.endpointKind,
        hosting: candidate.hosting,
        isPriced: (priceOf(candidate) ?? candidate.stages?.some(({price}) => price)) ? true : undefined,
        costByHosting: (candidate.hostings ?? []).length > 0,
        completed: found?.completed ?? 0,
        failed: found?.failed ?? 0,
        reused: found?.reused ?? 0,
        failures: countedReasons(failures.filter(mine), ({reason, kind}) => reasons.ofCall(reason, kind)),
        costPerThousand: costUsdPerThousand,
        unpriced: (found?.completed ?? 0) - (found?.priced ?? 0),
        p50LatencyMs: quantile(found?.latencies ?? [], 0.5),
        p95LatencyMs: quantile(found?.latencies ?? [], 0.95),
        p95LatencyInterval:
          latency?.lowMs === undefined || latency.highMs === undefined
            ? undefined
            : {low: latency.lowMs, high: latency.highMs},
        untimed: (found?.completed ?? 0) - (found?.latencies?.length ?? 0),
        promptTokens: found?.prompt_tokens ?? undefined,
        completionTokens: found?.completion_tokens ?? undefined,
        lineage: lineageOf(candidate, models)
      };
    })
  );
}

/**
 * Names of the ancestors, one list a generation, nearest first; a model that the store does not hold has none. Where several models
 * answer, they are the first.
 */
function lineageOf(
  {modelId, modelIds}: RunCandidate,
  models: ReadonlyMap<string, ModelManifest>
): string[][] {
  const generations: string[][] = [];
  const seen = new Set<string>();
  let level: {id: string; name: string}[] = modelIds
    ? modelIds.flatMap((id) => models.get(id) ?? [])
    : ((modelId === undefined ? undefined : models.get(modelId))?.parents ?? []);
  while (level.length > 0) {
    const fresh = level.filter(({id: parent}) => !seen.has(parent) && seen.add(parent));
    if (fresh.length > 0) generations.push(fresh.map((parent) => parent.name));
    level = fresh.flatMap((parent) => models.get(parent.id)?.parents ?? []);
  }
  return generations;
}
