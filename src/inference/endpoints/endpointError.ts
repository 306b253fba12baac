import type {StageTokens, TokenCounts} from "../../base/costs/index.js";

export type EndpointErrorKind =
  | "timeout"
  | "aborted"
  | "connection"
  | "rate-limit"
  | "server"
  | "auth"
  | "bad-request"
  | "malformed"
  | "truncated-stream"
  | "missing-record"
  | "refused-by-privacy-check";

const OUTAGE = new Set<string>(["connection", "server", "timeout"] satisfies EndpointErrorKind[]);

/** Whether an error is one of a server that is down, overloaded or out of reach. Any other answer shows that it is there. */
export const isOutage = ({kind}: {kind: string}): boolean => OUTAGE.has(kind);

/** What answers took: tokens, time and US dollars, each undefined where it is not known. */
export interface CallSpending {
  usage?: TokenCounts;
  stageTokens?: readonly StageTokens[];
  latencyMs?: number;
  costUsd?: number;
  attempts?: number;
}

export interface EndpointErrorDetail {
  status?: number;
  retryAfterMs?: number;
  attempts?: number;
  cause?: unknown;
  /** Whether a server may have done work that it bills beyond what `spent` says, where that differs from what is usual for the kind. */
  mayBeBilled?: boolean;
  /** The account's credit or quota is used up: no later request is answered either. */
  usedUp?: boolean;
  /** The policy had another attempt left, which was not made because retries were stopped. */
  cutShort?: boolean;
  /** What replies took that stated their usage and held no answer; of several models that answer together, what those took that had answered before one failed. */
  spent?: CallSpending;
}

/** `message` is safe to store and show: no key, no prompt. */
export class EndpointError extends Error {
  override name = "EndpointError";
  constructor(
    readonly kind: EndpointErrorKind,
    message: string,
    readonly detail: EndpointErrorDetail = {}
  ) {
    super(message, {cause: detail.cause});
  }
}

/** By its name: a project's own copy of Assay has errors of its own class. */
export function isEndpointError(error: unknown): error is EndpointError {
  return error instanceof Error && error.name === "EndpointError";
}
