import {EndpointError} from "./types.js";

const advice: Record<string, string> = {
  ECONNREFUSED: "Nothing listens there: start the server or check the port.",
  ENOTFOUND: "The host name is unknown: check the base URL.",
  EAI_AGAIN: "The host name could not be looked up: check the network.",
  ECONNRESET: "The connection was dropped.",
  UND_ERR_SOCKET: "The connection was dropped.",
  UND_ERR_CONNECT_TIMEOUT: "The host does not answer: check the base URL and the network.",
  CERT_HAS_EXPIRED: "Its certificate has expired.",
  DEPTH_ZERO_SELF_SIGNED_CERT: "Its certificate is self-signed: name its authority in NODE_EXTRA_CA_CERTS."
};

/** The EndpointError of a failure below HTTP. The origin is named, never the path, query or headers. */
export function connectionError(error: unknown, origin: string): EndpointError {
  if (error instanceof EndpointError) return error;
  const code = codeOf(error);
  const known = code && advice[code];
  return new EndpointError(
    "connection",
    `No answer from ${origin}${code ? ` (${code})` : ""}.${known ? ` ${known}` : ""}`,
    {
      cause: code
    }
  );
}

function codeOf(error: unknown): string | undefined {
  const {code, cause, errors} = error as {code?: unknown; cause?: unknown; errors?: unknown[]};
  if (typeof code === "string") return code;
  const inner = cause ?? errors?.[0];
  return inner ? codeOf(inner) : undefined;
}
