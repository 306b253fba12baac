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

export interface EndpointErrorDetail {
  status?: number;
  retryAfterMs?: number;
  attempts?: number;
  cause?: unknown;
  /** Whether a server may have done work that it bills, where that differs from what is usual for the kind. */
  mayBeBilled?: boolean;
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
