import type {Endpoint, EndpointStage} from "../../../inference/endpoints/types.js";
import type {RunPlan} from "../plan/plan.js";
import type {ReadyCandidate} from "../plan/readyCandidates.js";
import type {RunWorkspace} from "../plan/rows.js";
import type {SettledRequests} from "./reuse.js";
import {requestColumns} from "./tables.js";
import type {AnsweredModel} from "../plan/preflight.js";

/**
 * Names of the endpoints that a cascade or a reranked candidate asked and that answered, by the run's journal. Of answers whose
 * stages are not told apart, the first stage counts.
 */
export async function answeredStages(
  {db}: Pick<RunWorkspace, "db">,
  plan: RunPlan,
  ready: readonly Pick<ReadyCandidate, "record" | "prepared">[],
  {journal}: Pick<SettledRequests, "journal">
): Promise<string[]> {
  const staged = new Map<string, readonly EndpointStage[]>();
  for (const {record, prepared} of ready)
    if (prepared.endpoint.stages) staged.set(record.name, prepared.endpoint.stages());
  if (staged.size === 0) return [];
  const of = requestColumns(plan).candidate;
  // Records of before hold no number of calls.
  const answered = await db.rows<{candidate: string; stage: number}>(
    `select distinct candidate, stage::int as stage from (
       select candidate, unnest(tokens) as took, generate_subscripts(tokens, 1) - 1 as stage
       from (select ${of} as candidate, stage_tokens::json::double[][] as tokens from ${journal} where stage_tokens is not null)
     ) where coalesce(took[4], took[1] + took[2]) > 0
     union select distinct ${of}, 0 from ${journal} where status = 'completed' and stage_tokens is null`
  );
  return answered.flatMap(({candidate, stage}) => firstName(staged.get(candidate)?.[stage]?.endpoint));
}

function firstName(endpoint: Endpoint | undefined): string[] {
  if (!endpoint) return [];
  return endpoint.stages ? firstName(endpoint.stages()[0]?.endpoint) : [endpoint.name];
}

/** Of each candidate the models that its answers name, that of most answers first. */
export async function answeredBy(
  {db}: Pick<RunWorkspace, "db">,
  plan: RunPlan,
  {ownOf, reusedOf}: Pick<SettledRequests, "ownOf" | "reusedOf">
): Promise<AnsweredModel[]> {
  const named = [ownOf, reusedOf].map(
    (relation) => `select n, served_model from ${relation} where status = 'completed' and served_model <> ''`
  );
  return db.rows<AnsweredModel & object>(
    `select ${requestColumns(plan).candidate} as candidate, served_model as model, count(distinct n)::int as answers
     from (${named.join(" union all ")}) group by all order by candidate, answers desc, model`
  );
}
