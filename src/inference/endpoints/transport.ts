import {createRequire} from "node:module";
import type {Dispatcher, EnvHttpProxyAgent, Pool} from "undici";
import {HttpAnswer, requestFailure} from "./answer.js";
import {readerOf} from "./answerBody.js";
import type {EndpointEffects} from "./effects.js";
import {isErrorBody} from "./errorBody.js";
import type {HttpExchange, HttpRequest} from "./httpCall.js";
import {gatherAnswer, type Gathered} from "./gather.js";
import {isLoopback} from "./apiUrl.js";
import {statedProxies} from "./proxyHost.js";
import {openProxyAgent} from "./proxyAgent.js";
import {rateLimitResetMs} from "./durationMs.js";
import {retryAfterMs} from "../../base/system/waits.js";
import {serverError} from "./serverError.js";
import {EndpointError} from "./types.js";

export interface Transport {
  /** Makes a request of one attempt. Throws EndpointError for anything but a 2xx answer. */
  ask(exchange: HttpExchange, address: string, sent?: HttpRequest): Promise<HttpAnswer>;
  /** A `fetch` for one attempt, which throws as `ask` does. */
  fetch(exchange: HttpExchange): typeof fetch;
  close(): Promise<void>;
}

export interface TransportOptions {
  effects: EndpointEffects;
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

  const ask = async (
    exchange: HttpExchange,
    address: string,
    sent: HttpRequest = {}
  ): Promise<HttpAnswer> => {
    const {origin, path} = targetOf(address);
    const {method = "GET", body} = sent;
    const options = {
      origin,
      path,
      method: method as Dispatcher.HttpMethod,
      headers: headersOf(sent, exchange),
      body: body as string | undefined
    };
    const asBody = exchange.stream || (body !== undefined && typeof body !== "string");
    let gathered: Gathered;
    try {
      gathered = await gatherAnswer(dispatcherOf(origin), options, exchange.stop, asBody);
    } catch (error) {
      throw requestFailure(error, exchange, origin, sent);
    }
    const answer = new HttpAnswer(gathered, exchange, origin, sent);
    const {status} = gathered;
    if (status < 200 || status >= 300) throw await refusalError(answer, effects, origin + path.split("?")[0]);
    if (
      exchange.stream &&
      method === "POST" &&
      !answer.header("content-type")?.toLowerCase().startsWith("text/event-stream")
    )
      throw notStreamed(await answer.read(), status, exchange.hide);
    return answer;
  };

  return {
    ask,
    fetch: (exchange) => async (input, init) =>
      responseView(await ask(exchange, String(input), init as HttpRequest | undefined)),
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

function headersOf({headers}: HttpRequest, exchange: HttpExchange): Record<string, string> {
  const all = {...headers};
  for (const name in exchange.headers) all[name] = exchange.headers[name]!;
  return all;
}

async function refusalError(
  answer: HttpAnswer,
  effects: EndpointEffects,
  address: string
): Promise<EndpointError> {
  const {status, exchange} = answer;
  const words = await answer.start();
  const header = (name: string) => answer.header(name);
  return serverError({
    status,
    body: parseOrText(words, header("content-type")),
    retryAfterMs:
      retryAfterMs(header, effects.epochMs()) ?? (status === 429 ? rateLimitResetMs(header) : undefined),
    address,
    hide: exchange.hide
  });
}

/** The small part of a Response that the Hugging Face client reads. */
function responseView(answer: HttpAnswer): Response {
  const {status, body, exchange} = answer;
  const view = {
    ok: true,
    status,
    headers: {get: (name: string) => answer.header(name.toLowerCase()) ?? null},
    text: async () => answer.read(),
    json: () => answer.json(),
    // The client asks for a blob when the answer is not declared as JSON.
    blob: () => answer.refuse(),
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

function parseOrText(text: string, contentType: string | undefined): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return contentType?.startsWith("text/html") ? "" : text;
  }
}
