import {pipeline, type Readable} from "node:stream";
import {createBrotliDecompress, createGunzip, createInflate} from "node:zlib";
import type {Dispatcher} from "undici";
import {connectionError} from "./connectionError.js";
import type {Effects} from "./effects.js";
import {isLoopback} from "./loopback.js";
import {retryAfterMs} from "./retryAfter.js";
import {serverError} from "./serverError.js";
import {EndpointError} from "./types.js";

/** What one attempt adds to its HTTP requests. */
export interface Exchange {
  signal: AbortSignal;
  headers?: Record<string, string>;
  /** Makes the server's words safe to store. */
  hide(text: string): string;
  /** The answer must be a stream of events. */
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

const maxErrorBytes = 64 * 1024;
/** The log probabilities of a long answer take tens of megabytes; more than this is no completion. */
const maxAnswerBytes = 128 * 1024 * 1024;

/**
 * Keep-alive connections of undici behind the small part of `fetch` that the Hugging Face client reads. A real
 * Response costs four times the processor time of the request itself.
 */
export function createTransport({effects, query = {}, reroute = {}}: TransportOptions): Transport {
  const dispatchers = new Map<string, Promise<Dispatcher>>();
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
        if (exchange.signal.aborted) throw exchange.signal.reason;
        throw connectionError(error, origin);
      };
      const dispatcher = await dispatcherOf(origin);
      const {
        statusCode,
        headers,
        body: sent
      } = await dispatcher
        .request({
          origin,
          path,
          method: (init?.method ?? "GET") as Dispatcher.HttpMethod,
          headers: {...(init?.headers as Record<string, string>), ...exchange.headers},
          body: init?.body as string | undefined,
          signal: exchange.signal
        })
        .catch(failed);
      const header = (name: string) => {
        const value = headers[name];
        return Array.isArray(value) ? value[0] : value;
      };
      const body = decoded(sent, header("content-encoding"));
      const text = () => readWhole(body, Number(header("content-length"))).catch(failed);
      if (statusCode < 200 || statusCode >= 300) {
        const words = await readStart(body).catch(() => "");
        throw serverError({
          status: statusCode,
          body: parseOrText(words, header("content-type")),
          retryAfterMs: retryAfterMs(header, effects.epochMs()),
          hide: exchange.hide
        });
      }
      if (exchange.stream && !header("content-type")?.startsWith("text/event-stream"))
        throw notStreamed(await text(), statusCode, exchange.hide);
      return responseView(statusCode, header, body, text, exchange);
    },
    async close() {
      const open = await Promise.all(dispatchers.values());
      dispatchers.clear();
      await Promise.all(open.map((dispatcher) => dispatcher.destroy()));
    }
  };
}

/** Undici takes a tenth of a second to load, which `assay --help` must not pay. */
export const loadClient = () => import("undici");

async function openDispatcher(origin: string): Promise<Dispatcher> {
  const {EnvHttpProxyAgent, Pool} = await loadClient();
  const {hostname} = new URL(origin);
  const proxied =
    !isLoopback(hostname) &&
    ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"].some((name) => process.env[name]);
  const timeouts = {headersTimeout: 0, bodyTimeout: 0};
  return proxied ? new EnvHttpProxyAgent({...timeouts, proxyTunnel: false}) : new Pool(origin, timeouts);
}

function resolveTarget(address: string, query: Record<string, string>, reroute: Record<string, string>) {
  const asked = new URL(address);
  const base = reroute[asked.origin];
  const url = base ? new URL(base.replace(/\/+$/, "") + asked.pathname + asked.search) : asked;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return {origin: url.origin, path: url.pathname + url.search};
}

/** Undici's own body, or what unpacks it. */
type Body = Readable & {text?(): Promise<string>};

/** Some gateways compress although nobody asked them to. Other encodings are left to fail as what they are not. */
function decoded(body: Body, encoding: string | undefined): Body {
  const unpack = {gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress}[encoding ?? ""];
  // The callback keeps a connection that drops from being thrown where nobody listens: the reader sees it.
  return unpack ? pipeline(body, unpack(), () => undefined) : body;
}

async function readWhole(body: Body, declared: number): Promise<string> {
  // The parser holds the server to its content-length, so that a small one needs no counting.
  if (body.text && declared <= maxAnswerBytes) return body.text();
  const parts: Uint8Array[] = [];
  for await (const part of counted(body)) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

async function* counted(body: Body): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const part of body as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > maxAnswerBytes)
      throw new EndpointError(
        "malformed",
        `The server's answer is larger than ${maxAnswerBytes >> 20} MiB, and was not read on.`
      );
    yield part;
  }
}

function responseView(
  status: number,
  header: (name: string) => string | undefined,
  body: Body,
  text: () => Promise<string>,
  exchange: Exchange
): Response {
  const view = {
    ok: true,
    status,
    headers: {get: (name: string) => header(name.toLowerCase()) ?? null},
    text,
    json: async () => {
      const json = parseJson(await text());
      exchange.onJson?.(json);
      return json;
    },
    // The client asks for a blob when the answer is not declared as JSON.
    blob: async () => {
      await text();
      throw new EndpointError(
        "malformed",
        `The server answered ${header("content-type") ?? "without a content type"} instead of JSON. Check that the base URL is the API and not a web page.`
      );
    },
    body: {getReader: () => readerOf(body, exchange.signal)}
  };
  return view as unknown as Response;
}

function notStreamed(text: string, status: number, hide: (text: string) => string): EndpointError {
  const body = parseOrText(text, "text/html") as {error?: unknown};
  if (body.error) return serverError({status, body, hide});
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

function readerOf(body: Body, signal: AbortSignal) {
  const chunks = counted(body);
  let ended = false;
  const read = async () => {
    const result = await chunks.next().catch((error: unknown) => {
      if (signal.aborted) throw signal.reason;
      if (error instanceof EndpointError) throw error;
      throw new EndpointError("truncated-stream", "The connection was dropped inside the stream.");
    });
    ended = Boolean(result.done);
    return result;
  };
  // Reading on to the end returns the connection to the pool; a server that never ends loses it.
  const releaseLock = () => {
    if (ended) return;
    const timer = setTimeout(() => body.destroy(), 1000);
    const drain = async () => {
      while (!(await chunks.next()).done);
    };
    drain()
      .catch(() => undefined)
      .finally(() => clearTimeout(timer));
  };
  return {read, releaseLock};
}

async function readStart(body: Body): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of counted(body)) {
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes >= maxErrorBytes) break;
  }
  return Buffer.concat(parts).toString("utf8");
}

function parseOrText(text: string, contentType: string | undefined): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return contentType?.startsWith("text/html") ? "" : text;
  }
}
