import type {Readable} from "node:stream";
import {memberOf} from "../../base/validation/memberOf.js";
import type {AttemptDeadline} from "./deadline.js";
import {jsonEvents} from "./eventStream.js";
import type {HttpEndpointOptions} from "./options.js";
import {defaultRetryPolicy} from "./retry.js";
import {serverError} from "./serverError.js";
import type {Transport} from "./transport.js";
import {EndpointError, type RetryPolicy, type TokenPrice} from "./types.js";

/** What the client does for an address of its own, without its loading and its steps for the hub. */
export async function postJson(
  transport: Transport,
  exchange: HttpExchange,
  url: string,
  {key, body}: {key: string; body: object}
): Promise<unknown> {
  const answer = await transport.ask(exchange, url, posted(key, body));
  const isJson = answer.header("content-type")?.toLowerCase().startsWith("application/json");
  return isJson ? answer.json() : answer.refuse();
}

/** As `postJson`, for an answer that comes as a stream of events. */
export async function* postForEvents(
  fetch: typeof globalThis.fetch,
  url: string,
  key: string,
  body: object
): AsyncGenerator<unknown> {
  yield* jsonEvents(await fetch(url, posted(key, body)));
}

function posted(key: string, body: object) {
  const headers: Record<string, string> = {"content-type": "application/json"};
  if (key) headers.authorization = `Bearer ${key}`;
  return {method: "POST", headers, body: JSON.stringify(body)};
}

export function retryPolicy(retries: HttpEndpointOptions["retries"]): RetryPolicy {
  return {...defaultRetryPolicy, ...(typeof retries === "number" ? {retries} : retries)};
}

/** The price of a model, where prices are stated by model or once for all. */
export function priceOfModel(price: HttpEndpointOptions["price"], model: string): TokenPrice | undefined {
  return isPrice(price) ? price : memberOf(price, model);
}

function isPrice(price: HttpEndpointOptions["price"]): price is TokenPrice {
  return typeof (price as TokenPrice | undefined)?.inputUsdPerMillion === "number";
}

/** The error with the name of the endpoint before its words. */
export function withEndpointName(name: string, error: EndpointError): EndpointError {
  return new EndpointError(error.kind, `${name}: ${error.message}`, error.detail);
}

/** The client's errors carry the whole prompt, so they are never kept as a cause. */
export function toEndpointError(error: unknown, hide: (text: string) => string): EndpointError {
  if (error instanceof EndpointError) return error;
  const {name, message} = error as Error;
  if (name === "ProviderApiError") {
    const body = (error as {httpResponse?: {body?: unknown}}).httpResponse?.body;
    return serverError({status: 200, body: body || message, hide});
  }
  // Refused by the client after the server's answer.
  const mayBeBilled = name === "ProviderOutputError" ? true : undefined;
  return new EndpointError("bad-request", hide(message), {mayBeBilled});
}

/** What one attempt adds to its HTTP requests. */
export interface HttpExchange {
  stop: AttemptDeadline;
  headers?: Record<string, string>;
  /** Makes the server's words safe to store. */
  hide(text: string): string;
  /** The answer to a POST must be a stream of events. */
  stream?: boolean;
  /** Told of every JSON body that arrived. */
  onJson?(body: unknown): void;
}

/** What one request sends. */
export interface HttpRequest {
  /** Default GET. */
  method?: string;
  headers?: Record<string, string>;
  body?: string | Readable;
}
