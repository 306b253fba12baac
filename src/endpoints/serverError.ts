import {EndpointError, type EndpointErrorKind} from "./types.js";

/** The words of an error body, whichever of the usual places the server puts them in. */
export function errorText(body: unknown): string | undefined {
  if (typeof body === "string") return body.trim() || undefined;
  if (typeof body !== "object" || body === null) return undefined;
  const {error, message, detail} = body as {error?: unknown; message?: unknown; detail?: unknown};
  if (typeof error === "string") return error;
  if (typeof error === "object" && error !== null) return errorText(error) ?? JSON.stringify(error);
  if (typeof message === "string") return message;
  return typeof detail === "string" ? detail : detail === undefined ? undefined : JSON.stringify(detail);
}

function errorCode(body: unknown): unknown {
  const error = (body as {error?: {code?: unknown}} | null)?.error;
  return typeof error === "object" && error !== null ? error.code : undefined;
}

export interface ServerAnswer {
  status: number;
  body: unknown;
  retryAfterMs?: number;
  /** Makes the server's words safe to store. */
  hide(text: string): string;
}

/**
 * The EndpointError of an answer that is no completion. `status` 200 with an `{error}` body counts as the
 * status in `error.code` when that is one, else as a server error.
 */
export function serverError(answer: ServerAnswer): EndpointError {
  const {body, hide, retryAfterMs} = answer;
  const code = errorCode(body);
  const status =
    answer.status < 400 && typeof code === "number" && code >= 400 && code < 600 ? code : answer.status;
  const {kind, advice} = explain(status, code);
  const words = errorText(body);
  const message = `The server answered ${status}${words ? `: ${hide(words)}` : ""}`;
  return new EndpointError(kind, `${message.replace(/[.\s]+$/, "")}. ${advice}`.trim(), {
    status,
    retryAfterMs,
    mayBeBilled: kind === "server" && isRefusal(status) ? false : undefined
  });
}

/** What a server says in place of working, such as 409, or 503 and 529 for overload. */
const isRefusal = (status: number) => (status >= 400 && status < 500) || status === 503 || status === 529;

function explain(status: number, code: unknown): {kind: EndpointErrorKind; advice: string} {
  if (code === "insufficient_quota")
    return {kind: "auth", advice: "The account's quota is used up: waiting does not help."};
  if (status === 401) return {kind: "auth", advice: "Check the key in the environment."};
  if (status === 402) return {kind: "auth", advice: "The account has no credit left."};
  if (status === 403) return {kind: "auth", advice: "The key may not use this model."};
  if (status === 404) return {kind: "bad-request", advice: "Check the base URL and the model's name."};
  if (status === 408) return {kind: "timeout", advice: ""};
  if (status === 429) return {kind: "rate-limit", advice: "Lower -j or set limits on the endpoint."};
  if (status >= 500 || status === 409 || status === 425) return {kind: "server", advice: ""};
  if (status >= 400) return {kind: "bad-request", advice: ""};
  if (status >= 300) return {kind: "bad-request", advice: "It redirects: use the final address as baseUrl."};
  return {kind: "server", advice: ""};
}
