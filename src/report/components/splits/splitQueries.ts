import type {SplitsView} from "../../site/types.js";
import {quotedText} from "../text/sqlText.js";

function ofVersion({dataset, version}: SplitsView): string {
  return `dataset = ${quotedText(dataset)} and version = ${quotedText(version.id)}`;
}

/** Test rows of every split with a match in training, by measure. */
export function leakageQuery(view: SplitsView): string {
  return `select split, measure, rows, looked_at, share
from leakage
where ${ofVersion(view)}
order by measure, split`;
}

/** The share of every class in the training and the test part of every split. */
export function classSharesQuery(view: SplitsView): string {
  return `select split, label, part, rows / sum(rows) over (partition by split_id, part) as share
from classes
where ${ofVersion(view)} and part in ('train', 'test')
order by split, label, part`;
}

/** Rows of each part of every split, its leakage, and whatever else was measured of it. */
export function measuresQuery(view: SplitsView): string {
  const where = `where ${ofVersion(view)}`;
  return `select part as line, split, rows, rows / sum(rows) over (partition by split_id) as value
from splits
${where}
union all
select measure, split, rows, share from leakage ${where}
union all
select measure, split, null, value from split_measures ${where}`;
}

/** Test rows of one split with a match in its training part. */
export function leakingRowsQuery(view: SplitsView, split: string): string {
  return `select row_id, training_row, similarity, measure, excerpt, training_excerpt
from leaking_rows
where ${ofVersion(view)} and split_id = ${quotedText(split)}
order by measure, row_id`;
}

/** Every candidate's mean in one run minus that in another. */
export function gapsQuery(run: string, reference: string): string {
  return `select a.candidate, a.mean - b.mean as difference, a.mean as first_mean, b.mean as second_mean,
  a.scored as first_rows, b.scored as second_rows
from candidates a join candidates b using (candidate)
where a.run = ${quotedText(run)} and b.run = ${quotedText(reference)}
order by difference desc`;
}

/** One candidate's mean in each of some runs. */
export function splitMeansQuery(candidate: string, runs: readonly string[]): string {
  return `select split, rows, candidates.mean, low, high, scored, run
from candidates join runs using (run)
where candidate = ${quotedText(candidate)} and run in (${runs.map(quotedText).join(", ")})
order by split`;
}
