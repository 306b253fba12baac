import type {IncomingMessage, ServerResponse} from "node:http";
import {HttpError} from "./httpError.js";
import {isLoopback} from "./apiUrl.js";

/**
 * Throws HttpError 403 for what a web page elsewhere asks: by a name of its own that it has pointed here, or under its own
 * origin. Pages of this machine may read the answers.
 * @param host the address that the server listens on
 */
export function admit({headers, method}: IncomingMessage, response: ServerResponse, host: string): void {
  if (isLoopback(host) && !isLoopback(hostnameOf(headers.host)))
    throw new HttpError(
      403,
      `This server answers to this machine's own names only: use ${host} or localhost in the address.`,
      "host_not_allowed"
    );
  const {origin} = headers;
  if (origin === undefined ? isCrossSite({headers, method}) : !isOurs(origin, host))
    throw new HttpError(
      403,
      `Pages of ${origin === undefined ? "another site" : JSON.stringify(origin.slice(0, 200))} may not ask these models: only pages of this machine may. Ask from a program, which sends no Origin header.`,
      "origin_not_allowed"
    );
  response.setHeader("vary", "origin");
  if (origin !== undefined) response.setHeader("access-control-allow-origin", origin);
}

/** Answers OPTIONS, by which a browser asks before a page's request. */
export function sendAllowed({headers}: IncomingMessage, response: ServerResponse, methods: string): void {
  response.setHeader("allow", methods);
  if (headers.origin !== undefined) {
    response.setHeader("access-control-allow-methods", methods);
    response.setHeader("access-control-allow-headers", headers["access-control-request-headers"] ?? "*");
  }
  response.writeHead(204).end();
}

/** A request without a Host header comes from no browser. */
function hostnameOf(header: string | undefined): string {
  return header === undefined ? "localhost" : header.replace(/:\d+$/, "");
}

function isOurs(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const {hostname} = new URL(origin);
  return isLoopback(hostname) || [host, `[${host}]`].includes(hostname);
}

/** Links from elsewhere may be followed: the page that has them cannot read what is answered. */
function isCrossSite({headers, method}: Pick<IncomingMessage, "headers" | "method">): boolean {
  const followed = method === "GET" && headers["sec-fetch-mode"] === "navigate";
  return headers["sec-fetch-site"] === "cross-site" && !followed;
}
