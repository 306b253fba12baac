import type {Store} from "../store/index.js";
import {table} from "./terminal.js";

export interface FailureCount {
  candidate: string;
  reason: string;
  n: number;
}

/**
 * Why rows of a run failed or got no score, the most frequent reasons first, ten at most; empty when none did.
 * @param except names of scorers whose failures are left out
 */
export function failuresOf(
  store: Store,
  run: string,
  except: readonly string[] = []
): Promise<FailureCount[]> {
  return store.rows<FailureCount & object>(
    `select candidate, reason, count(*)::int as n from (
       select candidate, reason from completions where run = $run and status = 'failed'
       union all
       select candidate, 'scorer ' || scorer || ': ' || reason from scores where run = $run and status = 'failed'
         and not list_contains(json_extract_string($except, '$[*]'), scorer)
     ) group by all order by n desc, candidate limit 10`,
    {run, except: JSON.stringify(except)}
  );
}

export function failuresText(failures: readonly FailureCount[]): string {
  return table(failures, [
    {title: "failed", value: ({n}) => n, align: "right"},
    {title: "candidate", text: "name", value: ({candidate}) => candidate},
    {title: "reason", text: "prose", value: ({reason}) => reason}
  ]);
}
