import type {Store} from "../store/index.js";
import {table} from "./terminal.js";

export interface FailureCount {
  candidate: string;
  reason: string;
  n: number;
}

/** Why rows of a run failed or got no score, the most frequent reasons first, ten at most; empty when none did. */
export function failuresOf(store: Store, run: string): Promise<FailureCount[]> {
  return store.rows<FailureCount & object>(
    `select candidate, reason, count(*)::int as n from (
       select candidate, reason from completions where run = $run and status = 'failed'
       union all
       select candidate, 'scorer ' || scorer || ': ' || reason from scores where run = $run and status = 'failed'
     ) group by all order by n desc, candidate limit 10`,
    {run}
  );
}

export function failuresText(failures: readonly FailureCount[]): string {
  return table(failures, [
    {title: "failed", value: ({n}) => n, align: "right"},
    {title: "candidate", text: "name", value: ({candidate}) => candidate},
    {title: "reason", text: "prose", value: ({reason}) => reason}
  ]);
}
