import type {CallError, CallOutcome} from "./executor.js";
import {isEndpointError, type EndpointErrorKind} from "../../../inference/endpoints/types.js";
import {messageOf} from "../../../base/validation/index.js";

/**
 * Why an endpoint answers no further call, after a call that ended so: it refuses the key, or the account's quota is used up.
 * Undefined where others may be answered: a server that has answered takes the key, and its 403 is about what was asked.
 */
export function refusalOf(
  name: string,
  error: CallError | undefined,
  hasAnswered: boolean
): string | undefined {
  if (error?.kind !== "auth" || (error.status === 403 && !error.usedUp && hasAnswered)) return undefined;
  return `${name} refused the key: ${withoutName(error.message, name)}`;
}

const withoutName = (message: string, name: string) =>
  message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;

/** The outcome of a call that its endpoint's guard has postponed. */
export function asPostponed(outcome: CallOutcome): CallOutcome {
  return outcome.error ? {...outcome, postponed: true} : outcome;
}

/** What an outcome says of an error that `complete` threw. */
export function callError(error: unknown): CallError {
  const known = isEndpointError(error) ? error : undefined;
  return {
    kind: known?.kind ?? "endpoint",
    message: messageOf(error),
    attempts: known?.detail.attempts,
    status: known?.detail.status,
    mayBeBilled: known?.detail.mayBeBilled,
    usedUp: known?.detail.usedUp,
    retryAfterMs: known?.detail.retryAfterMs,
    cutShort: known?.detail.cutShort,
    spent: known?.detail.spent
  };
}

/** Kinds of error in which no server has worked: it was not asked, or it refused at once. */
const NOT_BILLED = new Set<EndpointErrorKind | "endpoint">([
  "rate-limit",
  "auth",
  "bad-request",
  "missing-record",
  "refused-by-privacy-check"
]);

/** Whether a failed attempt may have been billed: always, unless no server can have worked on it. */
export function mayBeBilled(failed: {kind: EndpointErrorKind | "endpoint"; mayBeBilled?: boolean}): boolean {
  return failed.mayBeBilled ?? !NOT_BILLED.has(failed.kind);
}
