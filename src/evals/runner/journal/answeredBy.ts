import type {Plan} from "../plan/plan.js";
import type {Answerer} from "../plan/preflight.js";
import type {Place} from "../plan/rows.js";
import type {Settled} from "./reuse.js";
import {placeOf} from "./tables.js";

/** Of each candidate the models that its answers name, that of most answers first. */
export async function answeredBy(
  {db}: Pick<Place, "db">,
  plan: Plan,
  {ownOf, reusedOf}: Pick<Settled, "ownOf" | "reusedOf">
): Promise<Answerer[]> {
  const named = [ownOf, reusedOf].map(
    (relation) => `select n, served_model from ${relation} where status = 'completed' and served_model <> ''`
  );
  return db.rows<Answerer & object>(
    `select ${placeOf(plan).candidate} as candidate, served_model as model, count(distinct n)::int as answers
     from (${named.join(" union all ")}) group by all order by candidate, answers desc, model`
  );
}
