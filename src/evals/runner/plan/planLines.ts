import {messageOf, UserError} from "../../../base/validation/index.js";
import {canonicalJson} from "../../../base/system/index.js";
import type {Row} from "../../scorers/types.js";
import type {EvalTask} from "../task.js";
import {messagesJson} from "./completionKey.js";
import {KeptKeys, MOST_KEPT} from "./keptKeys.js";
import type {PrivacyCheck} from "./rowsForEndpoints.js";
import {askedRepeat, type RenderedMessages, sentMessages, takesPrompt, type Variant} from "./prompts.js";
import type {ReadyCandidate} from "./readyCandidates.js";
import type {ResolvedEval} from "./resolve.js";
import type {PlannedRow} from "./rows.js";
import type {Unscorable} from "./unscorable.js";

const EXCERPT_CHARS = 300;
/** Pages show some rows, not all: masking takes milliseconds a row. */
const EXCERPT_ROWS = 5000;
const TEXT_CHARS = 4000;

/** The plan's files in lines of JSON: of some rows, in order. */
export interface PlanLines {
  items: string;
  prompts: string;
  requests: string;
}

export interface PlanWriter {
  /** Of the rows that come next. Throws UserError for a row whose `expected`, slice or cluster function throws. */
  linesOf(rows: readonly PlannedRow[]): PlanLines;
  /** As in the plan, of the rows so far. */
  refused: string[][];
  checks: Uint32Array;
  /** Undefined for a large plan, and for one with prompt functions, whose keys are made anew to see whether they are the same. */
  kept?: KeptKeys;
}

/** What a plan is made of, beside its task. */
export interface PlanParts {
  ready: readonly ReadyCandidate[];
  privacyCheck: PrivacyCheck;
  variants: Variant[];
  /** Rows in the prompts as examples. */
  fewShot: readonly Row[];
}

/** @param total of the plan's requests */
export function planLines(
  task: EvalTask,
  {ready, variants, privacyCheck}: PlanParts,
  total: number,
  unscorable: Unscorable
): PlanWriter {
  const {resolved} = task;
  const checks = new Uint32Array(total);
  const kept =
    total <= MOST_KEPT && variants.every(({isTemplate}) => isTemplate) ? new KeptKeys(total) : undefined;
  const refused: string[][] = ready.map(() => []);
  let n = 0;
  const requestsOf = (
    {rowId, row}: PlannedRow,
    rendered: readonly RenderedMessages[],
    messages: readonly (string | undefined)[]
  ): string => {
    let lines = "";
    for (const [index, {candidate, key, prepared}] of ready.entries()) {
      const stays = privacyCheck.refusal(prepared.endpoint, rowId) !== undefined;
      if (stays) refused[index]!.push(rowId);
      for (const [at, prompt] of messages.entries()) {
        const text = takesPrompt(candidate)
          ? prompt
          : jsonOfMessages(sentMessages(candidate, row, () => rendered[at]!));
        for (let repeat = 0; repeat < resolved.repeats; repeat++) {
          const id = stays || text === undefined ? "" : key(text, askedRepeat(candidate, repeat), rowId);
          const tokens = estimatePromptTokens(text ?? "");
          checks[n] = checkOf(id);
          if (id !== "") kept?.keep(n, id, tokens);
          lines += `{"n":${n++},"key":"${id}","tokens":${tokens}}\n`;
        }
      }
    }
    return lines;
  };
  return {
    linesOf(rows) {
      const lines: PlanLines = {items: "", prompts: "", requests: ""};
      for (const planned of rows) {
        const {rowId, row} = planned;
        const expected = expectedValue(planned, resolved);
        unscorable.look(rowId, expected, row);
        lines.items += `${JSON.stringify(itemOf(planned, expected, task))}\n`;
        const rendered = variants.map((variant) => variant.render(row));
        const messages = rendered.map(jsonOfMessages);
        lines.prompts += promptLinesOf(rowId, variants, messages);
        lines.requests += requestsOf(planned, rendered, messages);
      }
      return lines;
    },
    refused,
    checks,
    kept
  };
}

/** Four characters a token: only for forecasts and rate limits. */
export function estimatePromptTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

/** Canonical JSON of the messages; undefined where the prompt function gave none. */
export function jsonOfMessages({messages}: RenderedMessages): string | undefined {
  return messages && messagesJson(messages);
}

/** The first 32 bits of a request's key. */
export function checkOf(key: string): number {
  return key === "" ? 0 : Number.parseInt(key.slice(0, 8), 16);
}

function promptLinesOf(
  rowId: string,
  variants: readonly Variant[],
  messages: readonly (string | undefined)[]
): string {
  return variants
    .map(
      ({name}, at) => `${JSON.stringify({row_id: rowId, variant: name, messages: messages[at] ?? null})}\n`
    )
    .join("");
}

function expectedValue({rowId, row}: PlannedRow, resolved: ResolvedEval): unknown {
  try {
    return resolved.expected(row);
  } catch (cause) {
    throw rowFailure(resolved, rowId, cause);
  }
}

function itemOf(
  {position, rowId, rowHash, group, row}: PlannedRow,
  expected: unknown,
  task: EvalTask
): object {
  const {
    resolved,
    inputs: {version}
  } = task;
  try {
    const text = version.text === undefined ? undefined : row[version.text];
    return {
      position,
      row_id: rowId,
      row_hash: rowHash,
      cluster: resolved.cluster ? resolved.cluster(row) : group,
      expected: expected === undefined || expected === null ? null : canonicalJson(expected),
      slices: JSON.stringify(resolved.slices(row)),
      excerpt: typeof text === "string" && position < EXCERPT_ROWS ? excerptOf(text, task) : null
    };
  } catch (cause) {
    throw rowFailure(resolved, rowId, cause);
  }
}

function rowFailure({name}: ResolvedEval, rowId: string, cause: unknown): UserError {
  return new UserError(
    `eval ${name}: "expected", "slices" or "cluster" failed for row ${rowId}: ${messageOf(cause).slice(0, 200)}`,
    {cause}
  );
}

function excerptOf(text: string, {resolved, effects: {maskExcerpt}}: EvalTask): string | null {
  if (resolved.publish === "text") return text.slice(0, TEXT_CHARS);
  if (resolved.publish === "ids" || !maskExcerpt) return null;
  return maskExcerpt(text, EXCERPT_CHARS);
}
