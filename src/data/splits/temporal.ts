import {UserError} from "../../base/validation/index.js";
import type {Database, VersionManifest} from "../../base/store/index.js";
import {momentOfColumn, timeProblem} from "../datasets/index.js";
import {momentSql} from "./moment.js";
import {rollingTest} from "./windowProblems.js";
import {DEFAULT_SHARES, partOf, type PartShares} from "./shares.js";
import type {SplitSpec} from "./spec.js";

/** Rows of a temporal split that are in the gap, or later than its test window. */
export const UNUSED = "unused";

/**
 * The query that assigns rows by their time: row_id, part, group_key. The newest rows are tested on. Rows without a time
 * are trained on: nothing says that they are new.
 */
export function temporalQuery(
  spec: SplitSpec,
  shares: PartShares,
  version: VersionManifest,
  groupKey: string,
  rows: string
): string {
  const name = spec.name ?? "temporal";
  const {time} = version;
  if (!time)
    throw new UserError(
      `split ${name}: dataset ${version.dataset} names no time column. Give it \`time: "column"\`.`
    );
  const when = momentOfColumn(time);
  if (spec.rolling !== undefined || spec.gap !== undefined)
    return windowQuery(spec, `select row_id, ${groupKey} as group_key, ${when} as moment from ${rows}`);
  if (spec.cutoffs) {
    const {test, validation} = spec.cutoffs;
    const before = validation ? `when ${when} >= ${momentSql(validation)} then 'validation'` : "";
    return `select row_id, case when ${when} >= ${momentSql(test)} then 'test' ${before} else 'train' end as part, ${groupKey} as group_key from ${rows}`;
  }
  // Rows of one moment have one rank, that of the first of them: they are in one part.
  const rank = `rank() over (order by moment desc nulls last) - 0.5`;
  return `select row_id, case when moment is null then 'train' else ${partOf("unit", shares)} end as part, group_key
    from (select *, (${rank}) / count(*) over () as unit from (select row_id, ${groupKey} as group_key, ${when} as moment from ${rows}))`;
}

/** Whether a temporal spec cuts by shares of the rows alone, not at given moments or by windows. */
export function cutsByShares({strategy, rolling, gap, cutoffs}: SplitSpec): boolean {
  return strategy === "temporal" && rolling === undefined && gap === undefined && cutoffs === undefined;
}

/** Refuses a time column with values that are no moments: taken for rows without a time, they would be trained on. */
export async function assertTimes(
  db: Database,
  spec: SplitSpec,
  version: VersionManifest,
  rows: string
): Promise<void> {
  const {time} = version;
  if (spec.strategy !== "temporal" || !time) return;
  const problem = await timeProblem(db, time, rows);
  if (problem !== undefined)
    throw new UserError(
      `split ${spec.name ?? spec.strategy} of ${version.dataset}@${version.id}: ${problem}.`
    );
}

/** Moments cut, not ranks: rows of one moment are never on two sides. */
function windowQuery(spec: SplitSpec, timed: string): string {
  const {cutoffs, gap} = spec;
  const {starts, ends} = windowOf(spec);
  const edge = gap === undefined ? "starts" : `starts - interval '${checkedGap(spec, gap)}'`;
  const validation =
    spec.validation ?? (spec.rolling === undefined && !cutoffs ? DEFAULT_SHARES.validation : 0);
  const valid = cutoffs?.validation
    ? momentSql(cutoffs.validation)
    : validation > 0
      ? `(select min(moment) from ranked where moment < edge and rank >= (select count(*) from ranked where moment < edge) - round(n * ${validation}))`
      : "null";
  return `with timed as (${timed}),
    ranked as (select moment, row_number() over (order by moment) - 1 as rank, count(*) over () as n from timed where moment is not null),
    ends as (select ${starts} as starts, ${ends} as ends),
    edges as (select starts, ends, ${edge} as edge from ends),
    cuts as (select starts, ends, edge, ${valid} as valid from edges)
    select row_id, case when moment is null then 'train' when moment >= ends then '${UNUSED}' when moment >= starts then 'test'
      when moment >= edge then '${UNUSED}' when moment >= valid then 'validation' else 'train' end as part, group_key
    from timed cross join cuts`;
}

/** SQL for where the test window begins and ends; null is open. */
function windowOf(spec: SplitSpec): {starts: string; ends: string} {
  const {rolling, window = 1, cutoffs, test} = spec;
  if (Array.isArray(rolling)) {
    const moment = (at: string | undefined) => (at === undefined ? "null" : momentSql(at));
    return {starts: moment(rolling[window - 1]), ends: moment(rolling[window])};
  }
  if (cutoffs) return {starts: momentSql(cutoffs.test), ends: "null"};
  const count = rolling ?? 1;
  const share = test ?? (rolling === undefined ? DEFAULT_SHARES.test : rollingTest(count));
  const startOf = (left: number) =>
    `(select min(moment) from ranked where rank >= n - round(n * ${share * left}))`;
  return {starts: startOf(count - window + 1), ends: window === count ? "null" : startOf(count - window)};
}

function checkedGap(spec: SplitSpec, gap: string): string {
  if (/^\d+ (second|minute|hour|day|week|month|year)s?$/.test(gap)) return gap;
  throw new UserError(
    `split ${spec.name ?? spec.strategy}: gap ${JSON.stringify(gap)} is no length of time. Write it like "7 days", "12 hours" or "1 month".`
  );
}
