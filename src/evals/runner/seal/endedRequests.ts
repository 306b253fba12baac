import {latest, outcomeColumns} from "../journal/tables.js";
import {type HalfOpenRange, within} from "../tables/chunks.js";

/** A failed call is paid once, whatever requests were equal to its own. */
const paidOnce = (of: string) =>
  ["prompt_tokens", "completion_tokens", "cached_tokens", "tokens_estimated_by", "stage_tokens", "cost_usd"]
    .map((name) => `if(${of}.status = 'failed', null, ${of}.${name}) as ${name}`)
    .join(", ");

interface Sources {
  /** Relation of the plan's requests. */
  requests: string;
  /** Relation of the run's journal. */
  journal: string;
  /** Relation of what other runs answered, by number. */
  reused: string;
  /** Whether requests of the plan are equal. */
  duplicates: boolean;
}

/**
 * SQL for how the requests in a range ended: as the journal says, as another run was answered, or as an equal request ended. A
 * failure in the journal counts only where neither another run nor an equal request was answered, nor one failed after it.
 */
export function endedRequests(
  {requests, journal, reused, duplicates}: Sources,
  range: HalfOpenRange
): string {
  const here = within("n", range);
  const planned = `(select n, key from ${requests} where ${here})`;
  const lines = latest(`(select seq, n, key, status from ${journal})`, "n");
  // Of equal requests the first that was answered speaks for all, else the last that failed.
  const speaking = `(select key, arg_min(n, (status, if(status = 'failed', -seq, n))) as speaker from ${lines} where key <> '' group by key)`;
  const overtaken = [
    `select n from ${reused} where ${here}`,
    ...(duplicates
      ? [`select l.n from ${lines} l join ${speaking} s using (key) where ${here} and l.n <> s.speaker`]
      : [])
  ].join(" union all ");
  const stands = `(status = 'completed' or n not in (${overtaken}))`;
  const sources = [
    `select n, ${outcomeColumns("o")}, false as reused from ${latest(journal, "n", here)} o
     semi join ${planned} r using (n, key) where ${stands}`,
    `select n, ${outcomeColumns("u")}, u.status = 'completed' as reused from ${reused} u where ${here}`
  ];
  if (duplicates)
    sources.push(
      `select r.n, o.* exclude (seq, n) replace (${paidOnce("o")}), o.status = 'completed' as reused
       from (select n, key from ${planned} anti join (select n from ${lines} where ${here} and ${stands}) using (n)
         anti join (select n from ${reused}) using (n) where key <> '') r
       join ${speaking} s using (key)
       join ${latest(journal, "n")} o on o.n = s.speaker`
    );
  return sources.join(" union all by name ");
}
