import type {RunPlan} from "../plan/plan.js";
import type {AnsweringModel} from "../plan/preflight.js";
import type {RunWorkspace} from "../plan/rows.js";
import type {SettledRequests} from "./reuse.js";
import {placeOf} from "./tables.js";

/** Of each candidate the models that its answers name, that of most answers first. */
export async function answeredBy(
  {db}: Pick<RunWorkspace, "db">,
  plan: RunPlan,
  {ownOf, reusedOf}: Pick<SettledRequests, "ownOf" | "reusedOf">
): Promise<AnsweringModel[]> {
  const named = [ownOf, reusedOf].map(
    (relation) => `select n, served_model from ${relation} where status = 'completed' and served_model <> ''`
  );
  return db.rows<AnsweringModel & object>(
    `select ${placeOf(plan).candidate} as candidate, served_model as model, count(distinct n)::int as answers
     from (${named.join(" union all ")}) group by all order by candidate, answers desc, model`
  );
}
