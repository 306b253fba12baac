import type {ColumnTypes} from "../parquet.js";
import type {RunManifest} from "../records/run.js";

/** What each model was asked beside a run's rows: by scorers, or before the first row whether it is ready. In no other cost. */
export const RUN_SIDE_CALLS: ColumnTypes = {
  run: "VARCHAR",
  /** "scorers" or "preflight". */
  asked_by: "VARCHAR",
  endpoint: "VARCHAR",
  model: "VARCHAR",
  answers: "DOUBLE",
  /** Calls whose tokens the server told, with these. */
  counted: "DOUBLE",
  prompt_tokens: "DOUBLE",
  cached_tokens: "DOUBLE",
  completion_tokens: "DOUBLE",
  /** US dollars of the calls of known cost, and how many these are. */
  cost_usd: "DOUBLE",
  priced: "DOUBLE",
  /** Answers whose tokens were counted here, with these: in no other column. */
  estimated: "DOUBLE",
  estimated_prompt_tokens: "DOUBLE",
  estimated_completion_tokens: "DOUBLE"
};

/** A run's rows of that table, one for each model and price. */
export function sideCallsOf({id, scorerCalls, preflightCalls}: RunManifest): object[] {
  const asked = {scorers: scorerCalls, preflight: preflightCalls};
  return Object.entries(asked).flatMap(([by, calls]) =>
    (calls?.models ?? []).map((one) => ({
      run: id,
      asked_by: by,
      endpoint: one.endpoint,
      model: one.model,
      answers: one.answers,
      counted: one.counted,
      prompt_tokens: one.promptTokens,
      cached_tokens: one.cachedTokens,
      completion_tokens: one.completionTokens,
      cost_usd: one.costUsd,
      priced: one.priced ?? 0,
      estimated: one.estimated?.answers ?? 0,
      estimated_prompt_tokens: one.estimated?.promptTokens,
      estimated_completion_tokens: one.estimated?.completionTokens
    }))
  );
}
