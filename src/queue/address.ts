import {UserError} from "../store/index.js";

/** Where the queue's server is. */
export interface QueueAddress {
  /** With user and password, if it has any: never shown or stored. */
  url: string;
  /** Without them. */
  shown: string;
}

/**
 * The address of a Valkey or Redis server: `redis://HOST:PORT/DB`, `rediss://` over TLS; `valkey://` is the first.
 * Throws UserError, which repeats nothing of the text, when there is none or it is no such address.
 */
export function queueAddress(text: string | undefined): QueueAddress {
  if (!text)
    throw new UserError(
      "which queue? Give its address, such as redis://localhost:6379, or set ASSAY_QUEUE to it."
    );
  const wanted = "The address of a queue is redis://HOST:PORT, or rediss://HOST:PORT over TLS";
  if (!URL.canParse(text)) throw new UserError(`${wanted}; what was given is no address.`);
  const url = new URL(text.replace(/^valkey(s?):/, "redis$1:"));
  if (url.protocol !== "redis:" && url.protocol !== "rediss:")
    throw new UserError(`${wanted}; what was given begins with "${url.protocol}".`);
  const path = /^\/\d+$/.test(url.pathname) ? url.pathname : "";
  return {url: url.href, shown: `${url.protocol}//${url.host}${path}`};
}
