import {sqlString} from "../duckdb.js";
import type {RunManifest} from "../records/run.js";
import {keptCounts} from "./keptCounts.js";

/** Rows that must share a slice before it is named: fewer, and it may be a row's own words. */
const FEWEST_IN_SLICE = 5;

/** Tables of runs on a held-out part, by name, as everything but the run itself sees them. */
export type FinalTable = "items" | "prompts" | "completions" | "scores";

/**
 * A query over a table of runs on the held-out part: what was measured, without what tells a row or its answer. Ids and
 * clusters are hashes under a salt, the same in every run of the dataset, and the order of rows is theirs; slices that fewer
 * than five rows share are named "held out"; what a scorer or an endpoint said in words is left out; of a score's details
 * only the counts of a corpus figure stay, with hashes for labels.
 * @param relation the tables of the runs, all of one dataset
 */
export function finalRunView(
  table: FinalTable,
  relation: string,
  {salt, runs}: {salt: string; runs: readonly RunManifest[]}
): string {
  const id = shownRowId("row_id", salt);
  const row = `${id} as row_id`;
  const nothing = (...columns: string[]) =>
    columns.map((column) => `cast(null as VARCHAR) as ${column}`).join(", ");
  switch (table) {
    case "items": {
      const named = `select t.run, t.row_id, e.key, e.value::varchar as value,
          count(*) over (partition by t.run, e.key, e.value::varchar) as n from ${relation} t, json_each(t.slices) e`;
      const shown = `case when n < ${FEWEST_IN_SLICE} then '"held out"'::json else value::json end`;
      const slices = `select run, row_id, to_json(map(list(key order by key), list(${shown} order by key)))::varchar as shown from (${named}) group by all`;
      return `select * exclude (shown) replace (
          row_number() over (partition by run order by ${id}) - 1 as position, ${row}, '' as row_hash,
          ${blinded("cluster-", "cluster", salt)} as cluster, coalesce(shown, '{}') as slices, ${nothing("expected", "excerpt")})
        from ${relation} left join (${slices}) using (run, row_id)`;
    }
    case "prompts":
      return `select * replace (${row}, ${nothing("messages")}) from ${relation}`;
    case "completions":
      return `select * replace (${row}, '' as key, case when reason is not null then coalesce(reason_kind, 'failed') end as reason,
          ${nothing("output", "tool_calls", "logprobs")}) from ${relation}`;
    case "scores":
      return `select * replace (${row}, '' as key, case when reason is not null then 'held out' end as reason,
          ${keptCounts(runs, (label) => blinded("held-out-", label, salt))} as details) from ${relation}`;
  }
}

/** SQL of the id under which a final run shows a row; that of an erased row still tells that it is erased. */
export const shownRowId = (column: string, salt: string) =>
  `case when starts_with(${column}, 'erased-') then ${blinded("erased-", column, salt)} else ${blinded("held-out-", column, salt)} end`;

const blinded = (prefix: string, column: string, salt: string) =>
  `${sqlString(prefix)} || sha256(${sqlString(salt)} || ${column})[1:16]`;
