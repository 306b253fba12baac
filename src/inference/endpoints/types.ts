import type {MeasuredModel} from "../../base/store/index.js";
import type {HostingKind, HostingModel, TokenPrice} from "../../base/costs/index.js";
export type {TokenPrice};
import type {Trust} from "../../data/privacy/trust.js";
import type {EndpointErrorKind, CallSpending} from "./endpointError.js";
export {
  EndpointError,
  type EndpointErrorDetail,
  type EndpointErrorKind,
  isEndpointError,
  isOutage,
  type CallSpending
} from "./endpointError.js";

import type {
  Completion,
  CompletionRequest,
  Message,
  ModelParameters,
  ScoredAnswers,
  TokenLogprob,
  Usage
} from "./completion.js";
export type * from "./completion.js";

/** Where a model runs, which decides how it is paid for. */
export type Hosting = HostingKind;

export type {Trust};

export interface CompletionOptions {
  signal?: AbortSignal;
  /** The row being asked about. Recorded endpoints look it up; it never enters the completion's key. */
  rowId?: string;
  /** Repeat number, 0-based; recorded endpoints may hold several outputs a row. */
  repeat?: number;
  /** The answer that a judge is asked about: recorded judgements are looked up by it too. */
  judged?: string;
  /**
   * Told the answer's text as it comes, by endpoints that write it themselves; in pieces that together are the whole, each with
   * the log probabilities of its tokens where they were asked for.
   */
  onText?(text: string, logprobs?: TokenLogprob[]): void;
  /** Lets a limiter see and hold back the retries inside `complete`. */
  attempts?: AttemptHooks;
  /** Who makes the calls of several models that answer together; they are made at once when absent. */
  stageCalls?: StageCalls;
}

/** Makes the calls of the models of one request to a cascade or a reranked candidate, each within the limits of its own endpoint. */
export interface StageCalls {
  /** As `complete` of the endpoint; what it was answered to this request before, it is not asked again. */
  complete(endpoint: Endpoint, request: CompletionRequest, options: CompletionOptions): Promise<Completion>;
  /** As `score` of the endpoint, which must have it. */
  score(
    endpoint: Endpoint,
    request: CompletionRequest,
    answers: readonly string[],
    options: CompletionOptions
  ): Promise<ScoredAnswers>;
}

/** How one attempt ended; `kind` is undefined when it succeeded. */
export interface AttemptOutcome {
  /** 1-based. */
  attempt: number;
  latencyMs: number;
  kind?: EndpointErrorKind;
  status?: number;
  retryAfterMs?: number;
  /** As in an EndpointError's detail. */
  mayBeBilled?: boolean;
  /** Of one that failed: what its reply took, where that said so. */
  spent?: CallSpending;
}

export interface AttemptHooks {
  /** Awaited before every attempt after the first, when its back-off is over. */
  beforeRetry?(signal?: AbortSignal): Promise<void>;
  /** Told how each attempt ended, including those that a later one makes good. */
  onAttempt?(outcome: AttemptOutcome): void;
  /**
   * Asked when an attempt has failed. When the signal fires no further attempt is made: the pause before one ends, and the call
   * fails as its last attempt did, with `cutShort`.
   */
  stopRetries?(): AbortSignal;
}

export interface RateLimits {
  requestsPerMinute?: number;
  tokensPerMinute?: number;
  /** The most requests in flight at once; `-j` can only lower it. */
  concurrency?: number;
}

/** What an eval needs from an endpoint; preflight checks each and says what is missing. */
export interface EndpointNeeds {
  logprobs?: boolean;
  tools?: boolean;
  usage?: boolean;
  streaming?: boolean;
}

/**
 * Stands between a preflight and each of its calls: it counts them, answers one that was answered before, and rejects one that may
 * not be made.
 */
export type AroundAsk = <Answer extends {text: string; usage?: Usage}>(
  request: CompletionRequest,
  ask: () => Promise<Answer>,
  how?: AskedHow
) => Promise<Answer>;

export interface AskedHow {
  /** Who is asked, where that is a model of a cascade. */
  endpoint?: Endpoint;
  /** True where an earlier answer will not do. */
  anew?: boolean;
}

export interface PreflightFinding {
  check: "reachable" | "key" | "model" | "chat-template" | "usage" | "logprobs" | "tools" | "streaming";
  status: "ok" | "warning" | "error";
  /** Of an error: the server is down, overloaded or out of reach, which may pass. */
  mayPass?: boolean;
  /** One sentence: what was found and what to do next. Never contains a secret. */
  message: string;
  /** With "model": who the server says is answering now; undefined where it says nothing, or was not asked anew. */
  servedModel?: string;
}

/** Kinds whose answers come from this process, a file, or another tool's results. Every other kind is a server's. */
const LOCAL = new Set(["embedded", "recorded", "imported"]);

/** "embedded", "recorded", or the protocol of a server: each file of an endpoint states its own. */
export type EndpointKind = string;

/** Whether an endpoint, or a record of one, is of a kind that is reached over a network. */
export function isRemote({kind}: {kind: EndpointKind}): boolean {
  return !LOCAL.has(kind);
}

/** One of the models that a cascade or a reranked candidate asks. */
export interface EndpointStage {
  /** Of the candidate that stands there. */
  name: string;
  endpoint: Endpoint;
  model: string;
  /** The id of the store's record of the model, where the candidate tells it. */
  modelId?: string;
  params?: ModelParameters;
  /** The most answers that one request takes of it. */
  times: number;
}

/** What is sent to an address with every call, by names: no value is told. */
export interface CallCredentials {
  /** The variable whose value is sent as a bearer token. */
  apiKeyEnv?: string;
  /** Header name to environment variable. */
  headersEnv?: Record<string, string>;
  /** Parameters added to the address. */
  query?: readonly string[];
}

export interface RetryPolicy {
  /** Attempts after the first. */
  retries: number;
  baseDelayMs: number;
  maxDelayMs: number;
  /** A call that is asked to pause for longer makes no further attempt. In a run its endpoint is paused then. */
  maxRetryAfterMs: number;
  /** No attempt starts later than this after the first one started. */
  maxElapsedMs: number;
}

/** How an endpoint that is reached at an address makes a call. */
export interface CallPolicy {
  retries: RetryPolicy;
  /** For one attempt, in milliseconds. */
  timeoutMs: number;
  /** Whether it asks for a stream. */
  stream: boolean;
}

/** Counts the tokens of a call from its messages and the answer's text; `estimatedBy` says how. */
export type TokenCounter = (messages: readonly Message[], answer: string) => Usage;

/** One way of getting completions. Adding an endpoint means adding one file that returns this. */
export interface Endpoint {
  /** Unique within a workspace; appears in pages and in keys. */
  readonly name: string;
  readonly kind: EndpointKind;
  readonly hosting: Hosting;
  /** Where the models run, or could run, with the assumptions that their cost is computed from. */
  readonly hostings?: readonly HostingModel[];
  readonly trust: Trust;
  /** The host of its address, or the provider that it asks a router for: it tells whose prices hold. */
  readonly host?: string;
  readonly limits?: RateLimits;
  /** Of an endpoint that is reached at an address: the key, headers and query it sends there. */
  readonly asksWith?: CallCredentials;
  /** Of such an endpoint: its retries, the time an attempt may take, and whether it streams. */
  readonly callPolicy?: CallPolicy;
  /** What it is asked for, where that is no chat. */
  readonly operation?: "embeddings";
  /** Its answers are one token each, and the alternatives to that token are whole answers. */
  readonly wholeAnswers?: boolean;
  /** How it counts tokens when it is not the model's own count, such as "words". */
  readonly tokensCountedBy?: string;
  price?(model: string): TokenPrice | undefined;
  /** Of a cascade or a reranked candidate: the models it asks, in their order. */
  stages?(): readonly EndpointStage[];
  /** What counts tokens where an answer comes without its usage; they stay unknown when absent. */
  tokenCounter?(): Promise<TokenCounter>;
  /**
   * What identifies the answerer beyond the model's name: provider, base URL, weights' hash or revision.
   * Enters the completion's key, so a retrained model never shows old results. Contains no secret.
   */
  identity(model: string): Promise<Record<string, string>>;
  /** The same endpoint that fetches nothing: `identity` throws NotMade where its model is not on this machine. */
  onlyKnown?(): Endpoint;
  /** The id of the store's record of the model that answers, of an endpoint that holds its weights; undefined without one. */
  modelId?(model: string): Promise<string | undefined>;
  /** Starts to load what the first call needs, for a run that still has something else to wait for. */
  warmUp?(): void;
  /** One completion, retried within the endpoint's policy. Throws EndpointError. */
  complete(request: CompletionRequest, options?: CompletionOptions): Promise<Completion>;
  /**
   * How likely it is to give each of `answers`, of an endpoint that can tell; an empty list has an empty result. Parameters of the
   * request play no part. Throws EndpointError.
   */
  score?(
    request: CompletionRequest,
    answers: readonly string[],
    options?: Pick<CompletionOptions, "signal">
  ): Promise<ScoredAnswers>;
  /** What was measured so far, of an endpoint whose model runs on this machine; undefined before the first answer. */
  measured?(): MeasuredModel | undefined;
  preflight?(
    model: string,
    needs: EndpointNeeds,
    signal?: AbortSignal,
    around?: AroundAsk
  ): Promise<PreflightFinding[]>;
  /**
   * What `preflight` asks a model, each for a few tokens; it asks again where a server refuses the parameters. Nothing when
   * absent; a cascade's models are asked each for itself.
   */
  preflightRequests?(model: string, needs: EndpointNeeds): CompletionRequest[];
  /** The day (2027-01-06) on which the server says that it turns the model off; undefined when it names none. */
  shutdownDate?(model: string, signal?: AbortSignal): Promise<string | undefined>;
  close?(): Promise<void>;
}
