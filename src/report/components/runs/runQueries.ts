import {quotedText} from "../text/sqlText.js";

/** Every sealed run with its calls and its cost. */
export function sealedRunsQuery(): string {
  return `select run, eval, split, status, completed, planned, failed, cost_usd, unpriced_calls, scorer_calls, scorers_cost_usd, code, sealed_at
from sealed_runs
order by sealed_at desc`;
}

/** A run's candidates as they were asked. */
export function runCandidatesQuery(run: string): string {
  return `select candidate, model, baseline, endpoint, endpoint_kind, hosting, identity, parameters, price
from run_candidates
where run = ${quotedText(run)}`;
}

/** A run's scorers with the version of their code. */
export function runScorersQuery(run: string): string {
  return `select scorer, version, yes_or_no, decides
from run_scorers
where run = ${quotedText(run)}`;
}

/** What the costs of a run's candidates are computed from. */
export function costsQuery(run: string): string {
  return `select candidate, hosting, mean, low, high, prompt_tokens, completion_tokens, counted_rows, rows, estimated_by, stated
from costs
where run = ${quotedText(run)}
order by candidate, hosting`;
}

/** What each model was asked beside a run's rows. */
export function sideCallsQuery(run: string): string {
  return `select asked_by, model, endpoint, answers, cost_usd, untold, unpriced, estimated, estimated_usd
from side_calls
where run = ${quotedText(run)}`;
}

/** The price of tokens of each of a run's candidates. */
export function pricesQuery(run: string): string {
  return `select candidate, model, input, cached, output, as_of, source
from prices
where run = ${quotedText(run)}
order by candidate`;
}
