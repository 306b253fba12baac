import type {Slice} from "./runRows.js";
import {quotedName, quotedText} from "../text/sqlText.js";

/** Queries over a run's own tables that give what figures of scores show. */

/** The scores that are looked at: by one scorer, in one slice or on all rows. */
export interface ScoredRows {
  scorer: string;
  slice?: Slice;
}

function inSlice(slice: Slice | undefined): string {
  return slice ? `\n  and ${quotedName(slice.name)} = ${quotedText(slice.value)}` : "";
}

function withRows(slice: Slice | undefined): string {
  return slice ? " join rows using (row_id)" : "";
}

/** Every candidate's mean and how many rows have a score. */
export function meansQuery({scorer, slice}: ScoredRows): string {
  return `select candidate, avg(score) as mean, count(*) as scored
from scores${withRows(slice)}
where scorer = ${quotedText(scorer)}${inSlice(slice)}
group by candidate
order by mean desc`;
}

/** Every candidate's mean beside what it costs and how long it takes over the whole run. */
export function leaderboardQuery({scorer, slice}: ScoredRows, run: string): string {
  return `select candidate, avg(score) as mean, count(score) as scored, any_value(usd_per_thousand) as usd_per_thousand,
  any_value(p50_latency_ms) as p50_latency_ms, any_value(p95_latency_ms) as p95_latency_ms
from candidates join scores using (candidate)${withRows(slice)}
where run = ${quotedText(run)} and scorer = ${quotedText(scorer)}${inSlice(slice)}
group by candidate
order by mean desc`;
}

/** Each other candidate minus the reference, on the rows that both have. */
export function differencesQuery({scorer, slice}: ScoredRows, reference: string): string {
  return `select a.candidate, count(*) as rows, avg(a.score - b.score) as difference
from scores a join scores b using (row_id, scorer)${withRows(slice)}
where scorer = ${quotedText(scorer)} and a.candidate <> ${quotedText(reference)} and b.candidate = ${quotedText(reference)}${inSlice(slice)}
group by a.candidate
order by difference desc`;
}

/** Every candidate in every slice: its mean, and its difference from the reference on the rows that both have. */
export function slicesQuery(
  scorer: string,
  reference: string,
  slices: readonly string[],
  candidate?: string
): string {
  const names = slices.map(quotedName).join(", ");
  const one = candidate === undefined ? "" : `\n  and a.candidate = ${quotedText(candidate)}`;
  return `with cuts as (
  unpivot (select row_id, ${names} from rows) on ${names} into name slice value "value"
)
select slice, "value", a.candidate, count(*) as scored, avg(a.score) as mean,
  count(b.score) as rows_both_have, avg(a.score - b.score) as difference
from cuts join scores a using (row_id)
left join scores b on b.row_id = a.row_id and b.scorer = a.scorer and b.candidate = ${quotedText(reference)}
where a.scorer = ${quotedText(scorer)}${one}
group by slice, "value", a.candidate
order by slice, "value", mean desc`;
}

/** Rows by what was expected and what a candidate answered. */
export function confusionQuery(candidate: string, slice: Slice | undefined): string {
  return `select expected, answer, count(*) as rows
from rows join answers using (row_id)
where candidate = ${quotedText(candidate)} and expected is not null and answer is not null${inSlice(slice)}
group by expected, answer
order by expected, rows desc`;
}

/** Wrong answers to each expected class, the most frequent first. */
export function confusionsQuery(candidate: string, slice: Slice | undefined): string {
  return `select expected, answer, count(*) as rows, count(*) / sum(count(*)) over (partition by expected) as of_the_class
from rows join answers using (row_id)
where candidate = ${quotedText(candidate)} and expected is not null and answer is not null${inSlice(slice)}
group by expected, answer
qualify expected <> answer
order by rows desc`;
}

/** Of every class, its rows, those answered with it, and those of both. */
export function classesQuery(candidate: string, slice: Slice | undefined): string {
  return `with given as (
  select expected, answer from rows join answers using (row_id)
  where candidate = ${quotedText(candidate)} and expected is not null and answer is not null${inSlice(slice)}
)
select class, count(*) filter (expected = class) as expected_rows, count(*) filter (answer = class) as answered_rows,
  count(*) filter (expected = class and answer = class) as right_rows,
  right_rows / nullif(answered_rows, 0) as "precision", right_rows / expected_rows as recall
from given, (select distinct expected as class from given)
group by class
order by class`;
}

/** Every row with its lowest and highest score. */
export function spreadQuery({scorer, slice}: ScoredRows): string {
  return `select row_id, min(score) as lowest, max(score) as highest, count(*) as scored, any_value(expected) as expected
from scores join rows using (row_id)
where scorer = ${quotedText(scorer)}${inSlice(slice)}
group by row_id
order by highest - lowest desc, row_id`;
}

/** How often two candidates came to each score by one scorer. */
export function outcomesQuery({scorer, slice}: ScoredRows, candidates: readonly string[]): string {
  return `select candidate, score, count(*) as rows
from scores${withRows(slice)}
where scorer = ${quotedText(scorer)} and candidate in (${candidates.map(quotedText).join(", ")})${inSlice(slice)}
group by candidate, score
order by candidate, score desc`;
}

/** Rows by the score of one candidate and that of another. */
export function togetherQuery({scorer, slice}: ScoredRows, first: string, second: string): string {
  return `select a.score as first_score, b.score as second_score, count(*) as rows
from scores a join scores b using (row_id, scorer)${withRows(slice)}
where scorer = ${quotedText(scorer)} and a.candidate = ${quotedText(first)} and b.candidate = ${quotedText(second)}${inSlice(slice)}
group by a.score, b.score
order by first_score desc, second_score desc`;
}

/** Every row with how many candidates have it right, a score of `half` or more, of those with a score. */
export function rightQuery({scorer, slice}: ScoredRows, half: number): string {
  return `select row_id, count(*) filter (score >= ${half}) as right_candidates, count(*) as scored, any_value(expected) as expected
from scores join rows using (row_id)
where scorer = ${quotedText(scorer)}${inSlice(slice)}
group by row_id
order by right_candidates, row_id`;
}

/** All that is published of one row's answers and scores. */
export function rowScoresQuery(row: string): string {
  return `select candidate, scorer, score, answer, failure, expected
from answers left join scores using (row_id, candidate) join rows using (row_id)
where row_id = ${quotedText(row)}
order by candidate, scorer`;
}

/** Rows on which two candidates come to different scores, the widest apart first. */
export function disagreementsQuery({scorer, slice}: ScoredRows, first: string, second: string): string {
  const own = (candidate: string) =>
    `(select row_id, score from scores where scorer = ${quotedText(scorer)} and candidate = ${quotedText(candidate)})`;
  return `select row_id, expected, a.score as first_score, b.score as second_score, excerpt
from rows
left join ${own(first)} a using (row_id)
left join ${own(second)} b using (row_id)
where a.score is distinct from b.score${inSlice(slice)}
order by abs(a.score - b.score) desc, row_id`;
}
