import {proxyHostOf} from "./proxyHost.js";
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

/** The EndpointError of a failure below HTTP. The origin is named, and a proxy's host, never the path, query or headers. */
export function connectionError(error: unknown, origin: string): EndpointError {
  if (error instanceof EndpointError) return error;
  const code = codeOf(error);
  if (code && UNPACKING.test(code))
    return new EndpointError(
      "malformed",
      "The server's answer could not be unpacked: it is not what its content-encoding says."
    );
  const proxy = proxyHostOf(origin);
  // A refused connection is the proxy's then, and a certificate may be the one that it puts in.
  const known = code && (!proxy || code.includes("CERT")) && advice[code];
  const says = [proxy && `It was asked through the proxy ${proxy} of the environment.`, known].filter(
    Boolean
  );
  return new EndpointError(
    "connection",
    [`No answer from ${origin}${code ? ` (${code})` : ""}.`, ...says].join(" "),
    {cause: code, mayBeBilled: neverConnected(error) ? false : undefined}
  );
}

/** Codes of gzip, deflate and brotli that is none: an answer came. */
const UNPACKING = /^(Z_DATA_ERROR|ERR__ERROR_FORMAT_\w+)$/;

/** Codes of what ends a connection before a request is sent on it. */
const UNCONNECTED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|UND_ERR_CONNECT_TIMEOUT|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w*(VERSION|HANDSHAKE|PROTOCOL)\w*)$/;

function neverConnected(error: unknown): boolean {
  const {code, syscall, cause, errors} = error as SystemFailure;
  if (typeof code === "string" && UNCONNECTED.test(code)) return true;
  if (syscall === "connect" || syscall === "getaddrinfo") return true;
  const inner = cause ?? errors?.[0];
  return inner ? neverConnected(inner) : false;
}

interface SystemFailure {
  code?: unknown;
  syscall?: unknown;
  cause?: unknown;
  errors?: unknown[];
}

function codeOf(error: unknown): string | undefined {
  const {code, cause, errors} = error as SystemFailure;
  if (typeof code === "string") return code;
  const inner = cause ?? errors?.[0];
  return inner ? codeOf(inner) : undefined;
}
