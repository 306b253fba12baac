import type {Store} from "../../../base/store/index.js";
import type {CandidateEnds} from "../../../evals/decisions/index.js";
import {plural} from "../../terminal/plural.js";
import {table} from "../../terminal/terminal.js";

export interface FailureCount {
  candidate: string;
  reason: string;
  n: number;
}

/** Reasons beyond those that are listed. */
export interface OtherFailures {
  reasons: number;
  n: number;
}

/** The most frequent reasons first, ten at most. */
export interface Failures {
  failures: FailureCount[];
  otherFailures?: OtherFailures;
}

/**
 * Why rows of a run failed or got no score; an empty list when none did.
 * @param except names of scorers whose failures are left out
 */
export async function failuresOf(
  store: Store,
  run: string,
  except: readonly string[] = []
): Promise<Failures> {
  const found = await store.rows<FailureCount & {reasons: number; total: number}>(
    `select candidate, reason, count(*)::int as n, (count(*) over ())::int as reasons, (sum(count(*)) over ())::int as total from (
       select candidate, reason from completions where run = $run and status = 'failed'
       union all
       select candidate, 'scorer ' || scorer || ': ' || reason from scores where run = $run and status = 'failed'
         and not list_contains(json_extract_string($except, '$[*]'), scorer)
     ) group by candidate, reason order by n desc, candidate, reason limit 10`,
    {run, except: JSON.stringify(except)}
  );
  const failures = found.map(({candidate, reason, n}) => ({candidate, reason, n}));
  const {reasons = 0, total = 0} = found[0] ?? {};
  const others = {
    reasons: reasons - failures.length,
    n: total - failures.reduce((sum, {n}) => sum + n, 0)
  };
  return {failures, otherFailures: others.reasons > 0 ? others : undefined};
}

export function failuresText({failures, otherFailures}: Failures): string {
  const listed = table(failures, [
    {title: "failed", value: ({n}) => n, align: "right"},
    {title: "candidate", text: "name", value: ({candidate}) => candidate},
    {title: "reason", text: "prose", value: ({reason}) => reason}
  ]);
  if (!otherFailures) return listed;
  const {reasons, n} = otherFailures;
  return `${listed}\n${plural(reasons, "more reason")} of ${plural(n, "failure")} ${reasons > 1 ? "are" : "is"} not shown: \`assay sql\` has ${reasons > 1 ? "them" : "it"} in the tables completions and scores (status = 'failed').`;
}

/** The candidates with answers that did not end by themselves, or are empty, and how many; empty when there are none. */
export function endsText(ends: readonly CandidateEnds[] = []): string {
  const found = ends.filter(({cut, refused, empty}) => cut + refused + empty > 0);
  if (found.length === 0) return "";
  return table(found, [
    {title: "candidate", text: "name", value: ({candidate}) => candidate},
    {title: "answers", align: "right", value: ({answers}) => answers},
    {title: "cut at the token limit", align: "right", value: ({cut}) => cut || undefined},
    {title: "of these empty", align: "right", value: ({cutEmpty}) => cutEmpty || undefined},
    {title: "refused or filtered", align: "right", value: ({refused}) => refused || undefined},
    {title: "empty otherwise", align: "right", value: ({empty}) => empty || undefined}
  ]);
}
