import type {Completion, CallSpending, TokenLogprob, ToolCall} from "../../../inference/endpoints/types.js";

/** How one request ended, with the columns of COMPLETIONS that a journal line holds. */
export interface Outcome {
  key: string;
  status: "completed" | "failed";
  reason?: string;
  /** EndpointErrorKind; "prompt" when the prompt function failed; "refused-by-privacy-check" when the row was not sent; "endpoint" for any other error of the endpoint. */
  reason_kind?: string;
  output?: string;
  tool_calls?: string;
  finish_reason?: string;
  prompt_tokens?: number;
  completion_tokens?: number;
  cached_tokens?: number;
  tokens_estimated_by?: string;
  stage_tokens?: string;
  latency_ms?: number;
  first_token_ms?: number;
  cost_usd?: number;
  attempts?: number;
  served_model?: string;
  fingerprint?: string;
  logprobs?: string;
  finished_at: string;
}

/** A journal line, but for its place in the log. */
export type JournalLine = Outcome & {n: number};

export function completedOutcome(
  {n, key}: {n: number; key: string},
  completion: Completion,
  finishedAt: string
): JournalLine {
  const {toolCalls, logprobs, usage} = completion;
  return {
    n,
    key,
    status: "completed",
    output: completion.text,
    tool_calls: toolCalls && JSON.stringify(toolCalls),
    finish_reason: completion.finishReason,
    prompt_tokens: usage?.promptTokens,
    completion_tokens: usage?.completionTokens,
    cached_tokens: usage?.cachedTokens,
    tokens_estimated_by: usage?.estimatedBy,
    stage_tokens: stageTokensText(completion),
    cost_usd: completion.costUsd,
    latency_ms: completion.latencyMs,
    first_token_ms: completion.firstTokenMs,
    attempts: completion.attempts,
    served_model: completion.servedModel,
    fingerprint: completion.fingerprint,
    logprobs: logprobs && JSON.stringify(logprobs),
    finished_at: finishedAt
  };
}

function tokensAndCost(spent: CallSpending): Partial<Outcome> {
  const {usage} = spent;
  return {
    prompt_tokens: usage?.promptTokens,
    completion_tokens: usage?.completionTokens,
    cached_tokens: usage?.cachedTokens,
    tokens_estimated_by: usage?.estimatedBy,
    stage_tokens: stageTokensText(spent),
    cost_usd: spent.costUsd
  };
}

function stageTokensText({stageTokens}: CallSpending): string | undefined {
  return (
    stageTokens &&
    JSON.stringify(
      stageTokens.map(({promptTokens, completionTokens, cachedTokens = 0, calls = 1}) => [
        promptTokens,
        completionTokens,
        cachedTokens,
        calls
      ])
    )
  );
}

export function failedOutcome(
  {n, key}: {n: number; key: string},
  {kind, message, attempts, spent}: {kind: string; message: string; attempts?: number; spent?: CallSpending},
  finishedAt: string
): JournalLine {
  return {
    n,
    key,
    status: "failed",
    reason: message,
    reason_kind: kind,
    ...(spent ? tokensAndCost(spent) : undefined),
    attempts,
    finished_at: finishedAt
  };
}

/** A stored completion as its row of columns. */
export type StoredOutcome = {[name in keyof Outcome]: Outcome[name] | null};

/** The completion that a stored row describes, for scorers. */
export function completionOf(stored: StoredOutcome): Completion {
  const completion: Completion = {
    text: stored.output ?? "",
    finishReason: stored.finish_reason ?? "unknown",
    latencyMs: stored.latency_ms ?? 0,
    attempts: stored.attempts ?? 1
  };
  if (stored.tool_calls) completion.toolCalls = JSON.parse(stored.tool_calls) as ToolCall[];
  if (stored.logprobs) completion.logprobs = JSON.parse(stored.logprobs) as TokenLogprob[];
  if (typeof stored.prompt_tokens === "number" && typeof stored.completion_tokens === "number") {
    completion.usage = {promptTokens: stored.prompt_tokens, completionTokens: stored.completion_tokens};
    if (stored.tokens_estimated_by) completion.usage.estimatedBy = stored.tokens_estimated_by;
    if (typeof stored.cached_tokens === "number") completion.usage.cachedTokens = stored.cached_tokens;
  }
  if (typeof stored.first_token_ms === "number") completion.firstTokenMs = stored.first_token_ms;
  if (typeof stored.cost_usd === "number") completion.costUsd = stored.cost_usd;
  if (stored.served_model) completion.servedModel = stored.served_model;
  if (stored.fingerprint) completion.fingerprint = stored.fingerprint;
  return completion;
}
