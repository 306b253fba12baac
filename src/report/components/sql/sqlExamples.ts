import type {RunView} from "../../site/types.js";
import {quotedName, quotedText} from "../text/sqlText.js";

/** Questions to begin with, about the chosen run. */
export function sqlExamples({primaryScorer, slices, candidates}: RunView): {label: string; sql: string}[] {
  const scorer = quotedText(primaryScorer);
  const [slice] = slices;
  const [first, second] = candidates;
  const found = [
    {
      label: "Mean score by candidate",
      sql: `select candidate, scorer, count(*) as scored, avg(score) as mean
from scores
group by candidate, scorer
order by scorer, mean desc`
    },
    {
      label: "Rows on which candidates differ most",
      sql: `select row_id, expected, min(score) as lowest, max(score) as highest
from scores join rows using (row_id)
where scorer = ${scorer}
group by row_id, expected
having lowest < highest
order by highest - lowest desc, row_id
limit 100`
    },
    {
      label: "Answers given most often where the score is below 1",
      sql: `select candidate, expected, answer, count(*) as times
from answers join scores using (row_id, candidate) join rows using (row_id)
where scorer = ${scorer} and score < 1 and answer is not null
group by all
order by times desc
limit 50`
    },
    {
      label: "Candidates of all runs by cost",
      sql: `select eval, split, candidate, candidates.mean, low, high, usd_per_thousand
from candidates join runs using (run)
order by eval, split, candidates.mean desc`
    }
  ];
  if (slice)
    found.splice(1, 0, {
      label: `Mean score by candidate and ${slice.name}`,
      sql: `select candidate, ${quotedName(slice.name)}, count(*) as scored, avg(score) as mean
from scores join rows using (row_id)
where scorer = ${scorer}
group by candidate, ${quotedName(slice.name)}
order by ${quotedName(slice.name)}, mean desc`
    });
  if (first && second)
    found.push({
      label: `Rows that ${first.name} has right and ${second.name} wrong`,
      sql: `select row_id, expected, excerpt
from rows
join scores a using (row_id)
join scores b using (row_id)
where a.scorer = ${scorer} and b.scorer = ${scorer}
  and a.candidate = ${quotedText(first.name)} and b.candidate = ${quotedText(second.name)}
  and a.score > b.score
limit 100`
    });
  return found;
}
