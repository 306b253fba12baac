import {createRequire} from "node:module";
import {Readable} from "node:stream";
import type {Dispatcher, EnvHttpProxyAgent, Pool} from "undici";
import {decoded, readerOf, readStart, readWhole} from "./answerBody.js";
import {connectionError} from "./connectionError.js";
import type {Stop} from "./deadline.js";
import type {Effects} from "./effects.js";
import {isErrorBody} from "./errorBody.js";
import {gather, type Gathered} from "./gather.js";
import {isLoopback} from "./loopback.js";
import {statedProxies} from "./proxies.js";
import {openProxyAgent} from "./proxyAgent.js";
import {rateLimitResetMs} from "./rateLimitReset.js";
import {retryAfterMs} from "../store/retryAfter.js";
import {serverError} from "./serverError.js";
import {EndpointError} from "./types.js";

/** What one attempt adds to its HTTP requests. */
export interface Exchange {
  stop: Stop;
  headers?: Record<string, string>;
  /** Makes the server's words safe to store. */
  hide(text: string): string;
  /** The answer to a POST must be a stream of events. */
  stream?: boolean;
  /** Told of every JSON body that arrived. */
  onJson?(body: unknown): void;
}

export interface Transport {
  /** A `fetch` for one attempt. It throws EndpointError for anything but a 2xx answer. */
  fetch(exchange: Exchange): typeof fetch;
  close(): Promise<void>;
}

export interface TransportOptions {
  effects: Effects;
  /** Added to every address, for Azure's `api-version`. */
  query?: Record<string, string>;
  /** Sends requests for the first origin to the second one. */
  reroute?: Record<string, string>;
}

/**
 * Keep-alive connections of undici behind the small part of `fetch` that the Hugging Face client reads. A real
 * Response costs four times the processor time of the request itself.
 */
export function createTransport({effects, query = {}, reroute = {}}: TransportOptions): Transport {
  const dispatchers = new Map<string, Dispatcher>();
  const dispatcherOf = (origin: string) => {
    let dispatcher = dispatchers.get(origin);
    if (!dispatcher) dispatchers.set(origin, (dispatcher = openDispatcher(origin)));
    return dispatcher;
  };
  const targets = new Map<string, {origin: string; path: string}>();
  const targetOf = (address: string) => {
    let target = targets.get(address);
    if (!target) targets.set(address, (target = resolveTarget(address, query, reroute)));
    return target;
  };

  return {
    fetch: (exchange) => async (input, init) => {
      const {origin, path} = targetOf(String(input));
      const failed = (error: unknown) => {
        // What was to be sent is read no further.
        if (init?.body instanceof Readable) init.body.on("error", () => undefined).destroy();
        return exchange.stop.reason ?? connectionError(error, origin);
      };
      const method = (init?.method ?? "GET") as Dispatcher.HttpMethod;
      const sent = init?.body as string | undefined;
      const options = {
        origin,
        path,
        method,
        headers: {...(init?.headers as Record<string, string>), ...exchange.headers},
        body: sent
      };
      const asBody = exchange.stream || (sent !== undefined && typeof sent !== "string");
      let answer: Gathered;
      try {
        answer = await gather(dispatcherOf(origin), options, exchange.stop, asBody);
      } catch (error) {
        throw failed(error);
      }
      const {status} = answer;
      const header = (name: string) => {
        const value = answer.headers[name];
        return Array.isArray(value) ? value[0] : value;
      };
      const body = answer.body && decoded(answer.body, header("content-encoding"));
      const read = () =>
        readWhole(body!).catch((error: unknown) => {
          throw failed(error);
        });
      if (status < 200 || status >= 300) {
        const words = await readStart(body!).catch(() => "");
        throw serverError({
          status,
          body: parseOrText(words, header("content-type")),
          retryAfterMs:
            retryAfterMs(header, effects.epochMs()) ??
            (status === 429 ? rateLimitResetMs(header) : undefined),
          address: origin + path.split("?")[0],
          hide: exchange.hide
        });
      }
      if (
        exchange.stream &&
        method === "POST" &&
        !header("content-type")?.toLowerCase().startsWith("text/event-stream")
      )
        throw notStreamed(answer.text ?? (await read()), status, exchange.hide);
      return responseView({...answer, body}, header, read, exchange);
    },
    async close() {
      const open = [...dispatchers.values()];
      dispatchers.clear();
      await Promise.all(open.map((dispatcher) => dispatcher.destroy()));
    }
  };
}

const load = createRequire(import.meta.url);

const loadWhole = () => load("undici") as {Pool: typeof Pool; EnvHttpProxyAgent: typeof EnvHttpProxyAgent};

/** Undici's index loads its fetch, caches and web sockets too, which takes three times as long; its files may move. */
export function loadClient(): typeof Pool {
  try {
    return load("undici/lib/dispatcher/pool.js") as typeof Pool;
  } catch {
    return loadWhole().Pool;
  }
}

function openDispatcher(origin: string): Dispatcher {
  const {hostname} = new URL(origin);
  const {http, https} = statedProxies();
  const proxied = !isLoopback(hostname) && (http ?? https) !== undefined;
  const timeouts = {headersTimeout: 0, bodyTimeout: 0};
  return proxied
    ? openProxyAgent(loadWhole().EnvHttpProxyAgent, timeouts)
    : new (loadClient())(origin, timeouts);
}

function resolveTarget(address: string, query: Record<string, string>, reroute: Record<string, string>) {
  const asked = new URL(address);
  const base = reroute[asked.origin];
  const url = base ? new URL(base.replace(/\/+$/, "") + asked.pathname + asked.search) : asked;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return {origin: url.origin, path: url.pathname + url.search};
}

function responseView(
  {status, text, body}: Gathered,
  header: (name: string) => string | undefined,
  read: () => Promise<string>,
  exchange: Exchange
): Response {
  const view = {
    ok: true,
    status,
    headers: {get: (name: string) => header(name.toLowerCase()) ?? null},
    text: async () => text ?? read(),
    json: async () => {
      const json = parseJson(text ?? (await read()));
      exchange.onJson?.(json);
      return json;
    },
    // The client asks for a blob when the answer is not declared as JSON.
    blob: async () => {
      if (text === undefined) await read();
      throw new EndpointError(
        "malformed",
        `The server answered ${header("content-type") ?? "without a content type"} instead of JSON. Check that the base URL is the API and not a web page.`
      );
    },
    body: body && {getReader: () => readerOf(body, exchange.stop)}
  };
  return view as unknown as Response;
}

function notStreamed(text: string, status: number, hide: (text: string) => string): EndpointError {
  const body = parseOrText(text, "text/html");
  if (isErrorBody(body)) return serverError({status, body, hide});
  return new EndpointError(
    "malformed",
    "The server answered without streaming. Set stream: false on the endpoint."
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new EndpointError(
      "malformed",
      `The server's answer of ${text.length} characters is not valid JSON.`
    );
  }
}

function parseOrText(text: string, contentType: string | undefined): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return contentType?.startsWith("text/html") ? "" : text;
  }
}
