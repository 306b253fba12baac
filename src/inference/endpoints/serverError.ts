import {errorStatus, errorText, retryDelayMs, saysModerated, saysTooLarge, saysUsedUp} from "./errorBody.js";
import {EndpointError, type EndpointErrorKind} from "./types.js";

export interface ServerAnswer {
  status: number;
  body: unknown;
  retryAfterMs?: number;
  /** What was asked, without its query. */
  address?: string;
  /** Of an answer that was begun, whatever its error's kind. */
  mayBeBilled?: boolean;
  /** Makes the server's words safe to store. */
  hide(text: string): string;
}

/**
 * The EndpointError of an answer that is no completion. `status` 200 with an `{error}` body counts as the
 * status that the error names, else as a server error.
 */
export function serverError(answer: ServerAnswer): EndpointError {
  const {body, hide, address} = answer;
  const status = answer.status < 400 ? (errorStatus(body) ?? answer.status) : answer.status;
  const usedUp = saysUsedUp(status, body) || undefined;
  const {kind, advice} = usedUp ? USED_UP : explain(status, body, address && hide(address));
  const words = errorText(body);
  const message = `The server answered ${status}${words ? `: ${hide(words)}` : ""}`;
  return new EndpointError(kind, `${message.replace(/[.\s]+$/, "")}. ${advice}`.trim(), {
    status,
    usedUp,
    retryAfterMs: answer.retryAfterMs ?? (status === 429 ? retryDelayMs(body) : undefined),
    mayBeBilled: answer.mayBeBilled ?? (kind === "server" && isRefusal(status) ? false : undefined)
  });
}

/** What a server says in place of working, such as 409, or 498, 503 and 529 for overload. */
const isRefusal = (status: number) => (status >= 400 && status < 500) || status === 503 || status === 529;

interface Explained {
  kind: EndpointErrorKind;
  advice: string;
}

const USED_UP: Explained = {
  kind: "auth",
  advice: "The account's credit or quota is used up: waiting does not help."
};

function explain(status: number, body: unknown, address = ""): Explained {
  if (status === 401) return {kind: "auth", advice: "Check the key in the environment."};
  if (status === 403)
    return saysModerated(body)
      ? {kind: "bad-request", advice: "It refuses what was asked, not the key."}
      : {kind: "auth", advice: "The key may not use this model."};
  if (status === 404)
    return {
      kind: "bad-request",
      advice: `Check the base URL and the model's name${address && `: ${address} was asked`}.`
    };
  if (status === 408) return {kind: "timeout", advice: ""};
  if (status === 429 && saysTooLarge(body))
    return {kind: "bad-request", advice: "It alone passes the limit: waiting does not help."};
  if (status === 429) return {kind: "rate-limit", advice: "Lower -j or set limits on the endpoint."};
  // 498 is Groq's, for no capacity.
  if (status >= 500 || status === 409 || status === 425 || status === 498)
    return {kind: "server", advice: ""};
  if (status >= 400) return {kind: "bad-request", advice: ""};
  if (status >= 300) return {kind: "bad-request", advice: "It redirects: use the final address as baseUrl."};
  return {kind: "server", advice: ""};
}
