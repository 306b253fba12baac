import type {Message} from "../../../inference/endpoints/types.js";
import type {Row} from "../../scorers/index.js";
import type {Database} from "../../../base/store/index.js";
import type {Bits} from "../journal/bits.js";
import {checkKey, type PlannedRequests} from "../plan/plan.js";
import {estimatePromptTokens, jsonOfMessages} from "../plan/planLines.js";
import {askedRepeat, type RenderedMessages, sentMessages, takesPrompt} from "../plan/prompts.js";
import {type PlannedRow, readRows} from "../plan/rows.js";

/** A request of the plan that is not done. */
export interface Call {
  n: number;
  /** Its place among the candidates. */
  candidate: number;
  repeat: number;
  /** "" when it cannot be made. */
  key: string;
  rowId: string;
  row: Row;
  messages: Message[];
  /** Estimated, of the prompt. */
  tokens: number;
  /** Why it cannot be made. */
  barred?: {kind: "refused-by-privacy-check" | "prompt"; message: string};
}

/**
 * The requests of a plan that are not done, in the order of their numbers: rows in order, and each is put to all
 * candidates before the next; a row's are made as they are asked for. Throws UserError when a prompt is not what it was when the
 * run was planned.
 */
export async function* plannedCalls(
  db: Database,
  requests: PlannedRequests,
  done: Bits
): AsyncGenerator<Iterable<Call>> {
  for await (const batch of readRows(db, requests.plan.rowsOf)) yield callsOfRows(batch, requests, done);
}

function* callsOfRows(rows: readonly PlannedRow[], requests: PlannedRequests, done: Bits): Generator<Call> {
  for (const row of rows) yield* callsOfRow(row, requests, done);
}

function* callsOfRow(
  {row, rowId, position}: PlannedRow,
  {plan, privacyCheck, ready}: PlannedRequests,
  done: Bits
): Generator<Call> {
  const {variants, repeats} = plan;
  let n = position * ready.length * variants.length * repeats;
  const renders: (RenderedMessages | undefined)[] = variants.map(() => undefined);
  const prompts: (PlannedPrompt | undefined)[] = variants.map(() => undefined);
  const isKept = plan.kept !== undefined;
  for (const [place, {candidate, prepared, key: keyOf}] of ready.entries())
    for (const [at, variant] of variants.entries())
      for (let repeat = 0; repeat < repeats; repeat++, n++) {
        if (done.has(n)) continue;
        const rendered = () => (renders[at] ??= variant.render(row));
        const prompt = takesPrompt(candidate)
          ? (prompts[at] ??= promptOf(rendered(), isKept))
          : promptOf(sentMessages(candidate, row, rendered), isKept);
        const refusal = privacyCheck.refusal(prepared.endpoint, rowId);
        const barred =
          refusal !== undefined
            ? ({kind: "refused-by-privacy-check", message: refusal} as const)
            : prompt.failed !== undefined
              ? ({kind: "prompt", message: prompt.failed} as const)
              : undefined;
        const {messages, json} = prompt;
        const made = () => (json === undefined ? "" : keyOf(json, askedRepeat(candidate, repeat), rowId));
        const key = barred ? "" : (plan.kept?.keyOf(n) ?? made());
        checkKey(plan, n, key, rowId);
        const tokens = plan.kept?.tokensOf(n) ?? estimatePromptTokens(json ?? "");
        yield {n, candidate: place, repeat, key, rowId, row, messages, tokens, barred};
      }
}

interface PlannedPrompt {
  messages: Message[];
  /** Canonical JSON of the messages; undefined when there are none. */
  json: string | undefined;
  failed?: string;
}

/** @param isKept whether the plan has the key that the messages' JSON is for */
function promptOf(rendered: RenderedMessages, isKept: boolean): PlannedPrompt {
  return {
    messages: rendered.messages ?? [],
    json: isKept ? undefined : jsonOfMessages(rendered),
    failed: rendered.failed
  };
}
