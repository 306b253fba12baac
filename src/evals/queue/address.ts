import {UserError} from "../../base/validation/index.js";

/** Where the queue's server is. */
export interface QueueAddress {
  /** With user and password, if it has any: never shown or stored. */
  url: string;
  /** Without them. */
  shown: string;
}

const WANTED = "The address of a queue is redis://HOST:PORT, or rediss://HOST:PORT over TLS";

/** What may follow "?" in an address: the rest would change how Assay uses the connection. */
const KNOWN = new Set(["family"]);

/**
 * The address of a Valkey or Redis server: `redis://HOST:PORT/DB`, `rediss://` over TLS; `valkey://` is the first.
 * Throws UserError, which repeats nothing of the text but names, when there is none or it is no such address.
 */
export function queueAddress(text: string | undefined): QueueAddress {
  if (!text?.trim())
    throw new UserError(
      "which queue? Give its address, such as redis://localhost:6379, or set ASSAY_QUEUE to it."
    );
  if (!URL.canParse(text)) throw new UserError(`${WANTED}; what was given is no address.`);
  const url = new URL(text.trim().replace(/^valkey(s?):/, "redis$1:"));
  if (url.protocol !== "redis:" && url.protocol !== "rediss:")
    throw new UserError(`${WANTED}; what was given begins with "${url.protocol.slice(0, 40)}".`);
  if (url.hostname === "") throw new UserError(`${WANTED}; what was given names no host.`);
  if (!/^\/?$|^\/\d{1,4}$/.test(url.pathname))
    throw new UserError(
      `${WANTED}; after it there may be the number of a database, such as /1, and nothing else.`
    );
  const other = [...url.searchParams.keys()].find((key) => !KNOWN.has(key));
  if (other !== undefined || url.hash !== "")
    throw new UserError(
      `${WANTED}; it takes no ${other === undefined ? '"#"' : `option ${JSON.stringify(other.slice(0, 40))}`}. Remove it.`
    );
  const path = url.pathname.length > 1 ? url.pathname : "";
  return {url: url.href, shown: `${url.protocol}//${url.host}${path}`};
}
