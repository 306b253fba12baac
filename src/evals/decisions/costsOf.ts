import {concludeGroups} from "../../base/stats/groupedError.js";
import {studentQuantile} from "../../base/stats/index.js";
import type {RunManifest, Store} from "../../base/store/index.js";
import {rowCost} from "./pairedCosts.js";
import type {CandidateCost} from "./types.js";

const LEVEL = 0.95;

/**
 * What a thousand rows cost with each candidate of a run, all repeats of a row together (one that failed as dear as the mean of those answered), with the interval that the rows
 * seen leave open (t, by the jackknife over groups as the run's rows are; absent below two rows or groups). Completions answered from the
 * store count at the run's price, those of a candidate without one at the project's newest. Rows without any completion are left out; a candidate with a completion whose cost
 * nobody stated is left out altogether: not known is not free.
 */
export async function costsOf(store: Store, run: RunManifest): Promise<Record<string, CandidateCost>> {
  const {usd, priceOf, oldPriceOf} = await store.pricing(run);
  // In order: of a pair one is compared and the other is its mirror image, which may differ in the last digit.
  const found = await store.rows<{
    candidate: string;
    variant: string;
    cost: number;
    rows: number;
    groups: number;
    squares: number;
    shares: number;
    pull: number;
    pullSquares: number;
    untold: number;
  }>(
    `with by_row as (
       select candidate, variant, row_id, ${rowCost(usd, run)} as cost,
              count(*) filter (status = 'completed' and ${usd} is null) as unpriced,
              count(*) filter (status = 'completed' and cost_usd is null) as untold
       from completions where run = $run group by all having count(*) filter (status = 'completed') > 0
     ), by_group as (
       select candidate, variant, coalesce('cluster:' || cluster, 'row:' || row_id) as g, sum(cost order by position) as cost,
              count(*) as n, sum(unpriced) as unpriced, sum(untold) as untold
       from by_row join items using (row_id) where items.run = $run group by all
     ), means as (
       select candidate, variant, sum(cost order by g) / sum(n) as mean, sum(n)::double as rows from by_group group by all
     )
     select candidate, variant, any_value(mean)::double as cost, sum(n)::int as rows, count(*)::int as groups,
            sum(((cost - n * mean) / nullif(rows - n, 0)) ** 2 order by g)::double as squares,
            sum((n / rows) ** 2 order by g)::double as shares,
            sum(n * n / rows / nullif(rows - n, 0) order by g)::double as pull,
            sum((n * n / rows / nullif(rows - n, 0)) ** 2 order by g)::double as "pullSquares", sum(untold)::int as untold
     from by_group join means using (candidate, variant) group by candidate, variant having sum(unpriced) = 0 and any_value(mean) is not null
     order by candidate, variant`,
    {run: run.id}
  );
  const several = run.variants.length > 1;
  return Object.fromEntries(
    found.map(({candidate, variant, cost, rows, groups, squares, shares, pull, pullSquares, untold}) => {
      const found = run.candidates.find(({name}) => name === candidate);
      const states = found && [found, ...(found.stages ?? [])].some(({price}) => price);
      // Where every answer said itself what it cost, no list had a part in it.
      const record = states || untold > 0 ? found : undefined;
      const spread = concludeGroups({groups, squares: shares, pull, pullSquares}, squares);
      const error = spread && 1000 * spread.standardError;
      const usdPerThousand = 1000 * cost;
      return [
        several ? `${candidate} · ${variant}` : candidate,
        {
          usdPerThousand,
          rows,
          standardError: error,
          ...around(usdPerThousand, error, spread?.df),
          price: record && priceOf(record),
          oldPrice: record && oldPriceOf(record)
        }
      ];
    })
  );
}

function around(cost: number, error?: number, df?: number): {low?: number; high?: number} {
  if (error === undefined || df === undefined) return {};
  const half = studentQuantile((1 + LEVEL) / 2, df) * error;
  return {low: Math.max(0, cost - half), high: cost + half};
}
