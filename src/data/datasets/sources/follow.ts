import type {Dispatcher} from "undici";
import {UserError, withoutCredentials} from "../../../base/validation/index.js";
import {withoutSecrets} from "./address.js";
import {idleLimits} from "./idle.js";

interface Following {
  /** For messages. */
  dataset: string;
  idleMs: number;
}

/** Follows redirects to http and https; headers of the loader stay with the origin they were meant for. */
export async function follow(
  url: string,
  headers: Record<string, string>,
  {dataset, idleMs}: Following,
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
  const next = URL.canParse(to, url) ? new URL(to, url) : undefined;
  if (next === undefined || !/^https?:$/.test(next.protocol))
    throw new UserError(
      `dataset ${dataset}: ${withoutSecrets(url)} redirects to ${next ? plain(next) : "what is no address"}, and only http and https are followed. Name the address where the file is.`
    );
  return follow(next.href, headersFor(next, new URL(url), headers), {dataset, idleMs}, left - 1);
}

/** An address of any scheme, as it may be shown. */
function plain({href}: URL): string {
  return withoutCredentials(href)
    .replace(/[?#].*$/s, "")
    .slice(0, 200);
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
