import {setTimeout as sleep} from "node:timers/promises";
import {messageOf, UserError} from "../../../../base/validation/index.js";
import {retryAfterMs} from "../../../../base/system/waits.js";
import {assertParses, withoutSecrets} from "../address.js";
import {follow} from "../follow.js";
import {IDLE_MS, stalled} from "../idle.js";
import {isObject, type JsonObject} from "../importers/json.js";
import type {SourceContext} from "../types.js";

/** Times a request is repeated, and the longest pause before it. */
const [RETRIES, LONGEST_PAUSE_MS] = [6, 120_000];

/** Most bytes of one answer. */
const MOST_BYTES = 256 * 2 ** 20;

export interface Api {
  base: string;
  headers: Record<string, string>;
  /** Which environment variables hold the key, for messages. */
  keys: string;
  context: SourceContext;
}

/** Query parameters; a list is repeated, what is undefined left out. */
export type ApiQuery = Record<string, string | number | readonly string[] | undefined>;

/**
 * One JSON object of an API; undefined where the server has no such path. A busy server (429) and one that fails (5xx, a
 * connection that breaks) is asked again, as late as it says. What servers say is never shown.
 */
export async function getApi(api: Api, path: string, query: ApiQuery): Promise<JsonObject | undefined> {
  const {dataset, idleMs = IDLE_MS, onProgress} = api.context;
  const url = addressOf(api, path, query);
  const shown = withoutSecrets(url);
  for (let attempt = 0; ; attempt++) {
    let why: string;
    let pause = Math.min(1000 * 2 ** attempt, LONGEST_PAUSE_MS);
    try {
      const {statusCode, headers, body} = await follow(
        url,
        {...api.headers, accept: "application/json"},
        {dataset, idleMs}
      );
      if (statusCode === 200) return jsonOf(await textWithin(body));
      await body.dump();
      if (statusCode === 404) return undefined;
      if (statusCode === 401 || statusCode === 403)
        throw new UserError(
          `dataset ${dataset}: ${shown} answered ${statusCode}. Set ${api.keys} to a key that may read this project.`
        );
      if (statusCode < 500 && statusCode !== 429 && statusCode !== 408)
        throw new UserError(
          `dataset ${dataset}: ${shown} answered ${statusCode}. Check the source's settings.`
        );
      why = `it answered ${statusCode}`;
      pause = retryAfterMs((name) => [headers[name]].flat()[0], Date.now()) ?? pause;
    } catch (cause) {
      if (cause instanceof UserError) throw cause;
      why = messageOf(stalled(cause, idleMs) ?? cause);
    }
    if (attempt >= RETRIES || pause > LONGEST_PAUSE_MS)
      throw new UserError(
        `dataset ${dataset}: ${shown} failed ${attempt + 1} times (${why}). Nothing was changed; pull again later.`
      );
    onProgress?.(`${shown}: ${why}; asking again in ${Math.ceil(pause / 1000)} s`);
    await sleep(pause);
  }
}

function addressOf({base, context}: Api, path: string, query: ApiQuery): string {
  assertParses(base, `dataset ${context.dataset}: `);
  const url = new URL(base.replace(/\/+$/, "") + path);
  for (const [name, value] of Object.entries(query))
    for (const one of [value].flat()) if (one !== undefined) url.searchParams.append(name, String(one));
  return url.href;
}

async function textWithin(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new Error(`an answer of more than ${MOST_BYTES / 2 ** 20} MiB`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function jsonOf(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Its words may be personal.
    throw new Error("its answer is not JSON");
  }
  if (!isObject(value)) throw new Error("its answer is no JSON object");
  return value;
}
