import {group} from "d3-array";
import {overRepeats} from "../../evals/decisions/index.js";
import {callsText, lastAsked, type RunManifest, type Store} from "../../base/store/index.js";
import type {AnswerDetail, RowDetail} from "./detailTypes.js";
import type {ShownReasons} from "./shownReasons.js";

/** Runs before the one shown, of which a row's history tells. */
const MOST_HISTORY = 12;

export interface StoredPrompt {
  variant: string;
  /** Undefined when none is kept. */
  messages?: {role: string; content: string}[];
}

/** What was asked about some rows, by row. `among` is an SQL condition on `row_id`. */
export async function storedPrompts(
  store: Store,
  run: RunManifest,
  among: string
): Promise<Map<string, StoredPrompt[]>> {
  const found = await store.rows<{row_id: string; variant: string; messages: string | null}>(
    `select row_id, variant, messages from prompts where run = $run and ${among}`,
    {run: run.id}
  );
  const order = new Map(run.variants.map(({name}, index) => [name, index]));
  found.sort((a, b) => order.get(a.variant)! - order.get(b.variant)!);
  return grouped(found, ({variant, messages}) => ({
    variant,
    messages:
      messages === null
        ? undefined
        : (JSON.parse(messages) as {role: string; content: unknown; tool_calls?: unknown}[]).map(
            ({role, content, tool_calls: calls}) => ({
              role,
              content: [asText(content), calls === undefined ? "" : JSON.stringify(calls, null, 2)]
                .filter((part) => part !== "")
                .join("\n")
            })
          )
  }));
}

/** Calls of another shape, as stores of earlier versions may hold them, are shown as they stand. */
function shownCalls(stored: string): string {
  try {
    return callsText(JSON.parse(stored) as StoredCalls);
  } catch {
    return stored;
  }
}

type StoredCalls = Parameters<typeof callsText>[0];

type StoredAnswer = Omit<AnswerDetail, "output" | "toolCalls" | "scores"> & {
  output: string | null;
  toolCalls: string | null;
  scores: (Omit<AnswerDetail["scores"][number], "details"> & {details: string | null})[];
};

/** What every candidate answered about some rows, with every scorer's word on it, by row; why something failed as `reasons` shows it. */
export async function rowAnswers(
  store: Store,
  run: RunManifest,
  among: string,
  reasons: ShownReasons
): Promise<Map<string, StoredAnswer[]>> {
  const {usd} = await store.pricing(run);
  const completions = await store.rows<CompletionRow>(
    `select row_id, candidate, variant, repeat, status, reason, reason_kind, output, tool_calls, finish_reason, served_model, reused,
       prompt_tokens::double as prompt_tokens, completion_tokens::double as completion_tokens,
       cached_tokens::double as cached_tokens, tokens_estimated_by, latency_ms, first_token_ms, ${usd} as cost_usd, attempts
     from completions where run = $run and ${among}`,
    {run: run.id}
  );
  const scores = await store.rows<ScoreRow>(
    `select row_id, candidate, variant, repeat, scorer, status, value, reason, details from scores
     where run = $run and ${among}`,
    {run: run.id}
  );
  const scorers = new Map(run.scorers.map(({name}, index) => [name, index]));
  const key = (one: {row_id: string; candidate: string; variant: string; repeat: number}) =>
    JSON.stringify([one.row_id, one.candidate, one.variant, one.repeat]);
  const scored = group(scores, key);
  const candidates = new Map(run.candidates.map(({name}, index) => [name, index]));
  completions.sort(
    (a, b) =>
      candidates.get(a.candidate)! - candidates.get(b.candidate)! ||
      a.variant.localeCompare(b.variant) ||
      a.repeat - b.repeat
  );
  return grouped(completions, (one) => ({
    candidate: run.variants.length > 1 ? `${one.candidate} · ${one.variant}` : one.candidate,
    repeat: one.repeat,
    output: one.output,
    toolCalls: one.tool_calls === null ? null : shownCalls(one.tool_calls),
    failed: one.status === "failed" ? reasons.ofCall(one.reason, one.reason_kind) : undefined,
    scores: (scored.get(key(one)) ?? [])
      .sort((a, b) => scorers.get(a.scorer)! - scorers.get(b.scorer)!)
      .map(({scorer, status, value, reason, details}) => ({
        scorer,
        value: status === "scored" ? (value ?? undefined) : undefined,
        failed: status === "scored" ? undefined : reasons.ofScore(reason),
        details
      })),
    promptTokens: one.prompt_tokens ?? undefined,
    completionTokens: one.completion_tokens ?? undefined,
    cachedTokens: one.cached_tokens ?? undefined,
    tokensEstimatedBy: one.tokens_estimated_by ?? undefined,
    latencyMs: one.latency_ms ?? undefined,
    firstTokenMs: one.first_token_ms ?? undefined,
    costUsd: one.cost_usd ?? undefined,
    attempts: one.attempts ?? undefined,
    reused: one.reused,
    finishReason: one.finish_reason ?? undefined,
    servedModel: one.served_model ?? undefined
  }));
}

/** The primary scores of some rows in the eval's runs before this one, by row. */
export async function historyOf(
  store: Store,
  run: RunManifest,
  among: string
): Promise<Map<string, RowDetail["history"]>> {
  const before = (await store.runs())
    .filter((one) => one.eval === run.eval && one.id !== run.id && lastAsked(one) < lastAsked(run))
    .slice(-MOST_HISTORY);
  const history = new Map<string, RowDetail["history"]>();
  for (const {id, sealedAt, primaryScorer, variants, repeats} of before) {
    const found = await store.rows<{row_id: string; candidate: string; variant: string; value: number}>(
      `select row_id, candidate, variant, ${overRepeats("avg", "value", {repeats})} as value from scores
       where run = $run and scorer = $scorer and status = 'scored' and ${among} group by all`,
      {run: id, scorer: primaryScorer}
    );
    for (const [row, scores] of group(found, ({row_id}) => row_id)) {
      const named = scores
        .map(({candidate, variant, value}): [string, number] => [
          variants.length > 1 ? `${candidate} · ${variant}` : candidate,
          value
        ])
        .sort(([a], [b]) => (a < b ? -1 : 1));
      history.set(row, [...(history.get(row) ?? []), {run: id, sealedAt, scores: Object.fromEntries(named)}]);
    }
  }
  return history;
}

function grouped<R extends {row_id: string}, T>(rows: readonly R[], of: (row: R) => T): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const row of rows) {
    const own = found.get(row.row_id);
    if (own) own.push(of(row));
    else found.set(row.row_id, [of(row)]);
  }
  return found;
}

function asText(content: unknown): string {
  if (content === null || content === undefined) return "";
  return typeof content === "string" ? content : JSON.stringify(content, null, 2);
}

interface CompletionRow {
  row_id: string;
  candidate: string;
  variant: string;
  repeat: number;
  status: string;
  reason: string | null;
  reason_kind: string | null;
  output: string | null;
  tool_calls: string | null;
  finish_reason: string | null;
  served_model: string | null;
  reused: boolean;
  prompt_tokens: number | null;
  completion_tokens: number | null;
  cached_tokens: number | null;
  tokens_estimated_by: string | null;
  latency_ms: number | null;
  first_token_ms: number | null;
  cost_usd: number | null;
  attempts: number | null;
}

interface ScoreRow {
  row_id: string;
  candidate: string;
  variant: string;
  repeat: number;
  scorer: string;
  status: string;
  value: number | null;
  reason: string | null;
  details: string | null;
}
