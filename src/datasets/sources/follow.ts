import type {Dispatcher} from "undici";
import {idleLimits} from "./idle.js";

/** Follows redirects; headers of the loader stay with the origin they were meant for. */
export async function follow(
  url: string,
  headers: Record<string, string>,
  idleMs: number,
  left = 5
): Promise<Dispatcher.ResponseData> {
  const {request} = await import("undici");
  const response = await request(url, {
    headers: {...headers, "accept-encoding": "identity"},
    ...idleLimits(idleMs)
  });
  const to = [response.headers.location].flat()[0];
  if (
    response.statusCode < 300 ||
    response.statusCode >= 400 ||
    response.statusCode === 304 ||
    !to ||
    left === 0
  )
    return response;
  await response.body.dump();
  const next = new URL(to, url);
  return follow(next.href, headersFor(next, new URL(url), headers), idleMs, left - 1);
}

/**
 * The headers that a request redirected from one address to another keeps: all of them at the same origin, else those
 * alone that say which bytes are wanted. The same host without TLS is another origin.
 */
export function headersFor(to: URL, from: URL, headers: Record<string, string>): Record<string, string> {
  const conditional = /^(if-|range$)/i;
  return to.origin === from.origin
    ? headers
    : Object.fromEntries(Object.entries(headers).filter(([name]) => conditional.test(name)));
}
