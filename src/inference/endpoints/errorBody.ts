import {durationMs} from "./durationMs.js";

type ErrorFields = Record<string, unknown>;

/** The fields of a value; of a list, as Gemini answers, those of its first entry. */
function fieldsOf(value: unknown): ErrorFields {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === "object" && one !== null ? (one as ErrorFields) : {};
}

const hasMembers = (value: unknown) => typeof value === "object" && value !== null;

/** Whether an answer is an error whatever its status: it has an `error`, or says that it is one, as vLLM and Mistral do. */
export function isErrorBody(body: unknown): boolean {
  const {error, object} = fieldsOf(body);
  return Boolean(error) || object === "error";
}

/** The words of an error body, whichever of the usual places the server puts them in. */
export function errorText(body: unknown): string | undefined {
  if (typeof body === "string") return body.trim() || undefined;
  const {error, message, detail} = fieldsOf(body);
  for (const value of [error, message]) {
    if (typeof value === "string" && value) return value;
    if (hasMembers(value)) return errorText(value) ?? JSON.stringify(value);
  }
  if (detail === undefined || typeof detail === "string") return detail;
  return fieldProblems(detail) ?? JSON.stringify(detail);
}

/** What a FastAPI server says of each field that it refuses, without the field's value. */
function fieldProblems(detail: unknown): string | undefined {
  if (!Array.isArray(detail) || detail.length === 0) return undefined;
  const problems = (detail as unknown[]).map((one) => {
    const {loc, msg} = fieldsOf(one);
    return Array.isArray(loc) && typeof msg === "string" ? `${loc.join(".")}: ${msg}` : undefined;
  });
  return problems.includes(undefined) ? undefined : problems.join("; ");
}

/** The HTTP status that an error body names, as a number or a text. */
export function errorStatus(body: unknown): number | undefined {
  const {error, code, status_code: status} = fieldsOf(body);
  const inner = fieldsOf(error);
  const named = [inner["code"], inner["status_code"], code, status].find((value) =>
    /^[45]\d\d$/.test(String(value))
  );
  return named === undefined ? undefined : Number(named);
}

const USED_UP = new Set<unknown>([
  "insufficient_quota",
  "billing_hard_limit_reached",
  "billing_not_active",
  "exceeded_current_quota_error"
]);

/** Words that providers begin such an answer with. In the midst of one they may be those of what was asked. */
const USED_UP_WORDS =
  /^(your credit balance is too low|key limit exceeded|insufficient (credits|balance)|billing hard limit has been reached|you have reached your specified (workspace )?api usage limits|your account .*suspended due to insufficient balance)/i;

/** Whether the account's credit, or a quota that comes back with another day at the soonest, is used up. */
export function saysUsedUp(status: number, body: unknown): boolean {
  const {code, type, details} = fieldsOf(fieldsOf(body)["error"]);
  if (status === 402 || USED_UP.has(code) || USED_UP.has(type)) return true;
  if (![400, 403, 429].includes(status)) return false;
  return USED_UP_WORDS.test(errorText(body) ?? "") || namesDailyQuota(details);
}

/** Google's words are the same for a minute's limit: the quota's name tells. */
function namesDailyQuota(details: unknown): boolean {
  return listOf(details).some((one) =>
    listOf(fieldsOf(one)["violations"]).some((violation) =>
      /PerDay/.test(String(fieldsOf(violation)["quotaId"]))
    )
  );
}

const listOf = (value: unknown) => (Array.isArray(value) ? (value as unknown[]) : []);

/** Whether one request alone has more tokens than a server allows in its time: the same request never passes. */
export function saysTooLarge(body: unknown): boolean {
  return /request too large/i.test(errorText(body) ?? "");
}

/** Whether a server refuses what is asked, not who asks. */
export function saysModerated(body: unknown): boolean {
  const {reasons, flagged_input: flagged} = fieldsOf(fieldsOf(fieldsOf(body)["error"])["metadata"]);
  if (reasons !== undefined || flagged !== undefined) return true;
  return /moderat|flagged|guardrail|content.?policy/i.test(errorText(body) ?? "");
}

/** How long Google's servers ask to wait, which they say in the body. */
export function retryDelayMs(body: unknown): number | undefined {
  const {details} = fieldsOf(fieldsOf(body)["error"]);
  for (const one of listOf(details)) {
    const {retryDelay} = fieldsOf(one);
    if (typeof retryDelay === "string") return durationMs(retryDelay);
  }
  return undefined;
}
