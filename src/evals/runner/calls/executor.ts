import type {
  AttemptOutcome,
  Completion,
  Endpoint,
  EndpointErrorKind,
  Message,
  ModelParameters,
  CallSpending,
  ToolDefinition,
  StageCalls
} from "../../../inference/endpoints/types.js";
import type {Limiters} from "../../../inference/endpoints/limiters.js";
import type {Sensitivity} from "../../../data/datasets/define.js";

/** One call, with everything that whoever makes it must know: nothing of the dataset, and JSON values only. */
export interface CallRequest {
  /** The completion's key: no two requests that are open share one. */
  key: string;
  candidate: string;
  /** The endpoint's name. */
  endpoint: string;
  model: string;
  messages: Message[];
  params?: ModelParameters;
  tools?: ToolDefinition[];
  rowId: string;
  /** 0-based. */
  repeat: number;
  /** Prompt and greatest answer: counts against tokens per minute until the usage is known. */
  estimateTokens: number;
  /** The most that one attempt can cost in US dollars; undefined when nothing bounds it. */
  worstCaseUsd?: number;
  /** The most that its prompt can cost. */
  promptUsd?: number;
}

/** How a call ended. */
export type CallOutcome = (
  | {key: string; completion: Completion; error?: undefined; postponed?: undefined}
  | {
      key: string;
      completion?: undefined;
      error: CallError;
      /**
       * It has not failed: its endpoint limits the rate, only fails, or was not tried as often as it might have been. It comes
       * again later in the stream, or is missing.
       */
      postponed?: boolean;
    }
) & {
  /** Attempts that failed, may have been billed, and told no usage; absent without any. */
  uncounted?: number;
};

export interface CallError {
  /** "endpoint" for what is no EndpointError. "aborted": the call was stopped, and may be made again. */
  kind: EndpointErrorKind | "endpoint";
  /** Safe to store and show. */
  message: string;
  /** Attempts made, where that is known. */
  attempts?: number;
  /** What the server answered the last attempt with, where it did. */
  status?: number;
  /** Of the last attempt, as in an EndpointError's detail. */
  mayBeBilled?: boolean;
  usedUp?: boolean;
  retryAfterMs?: number;
  cutShort?: boolean;
  /** What was paid for replies that hold no answer, and for answers of models before the whole failed. */
  spent?: CallSpending;
}

export interface ExecuteOptions {
  /** Drains: no request is taken or started any more, and calls in flight are waited for. */
  signal?: AbortSignal;
  /** Stops calls in flight too: each ends at once with an "aborted" error. */
  abortSignal?: AbortSignal;
  /**
   * Asked when a call has its place, before its first attempt. One that is refused ends with an "aborted" error, and may come again
   * later in the stream. An executor whose calls wait elsewhere need not ask.
   */
  mayStart?(request: CallRequest): boolean;
  /**
   * Asked before each attempt after a call's first; `failed` is the one before. A call that is refused ends with an
   * "aborted" error, and may come again later in the stream.
   */
  mayRetry?(request: CallRequest, failed: AttemptOutcome): Promise<boolean>;
}

/**
 * Makes calls: in this process, or through a queue. It keeps to each endpoint's limits and retries by its policy.
 *
 * - Requests are taken from the stream only as places come free: what waits is bounded, however long the stream is.
 * - Outcomes come in any order, in batches of what has ended since the last one. A batch counts as received when the
 *   next is asked for: until then its calls keep their places, so that whoever dies before has lost no more calls
 *   than were allowed at once.
 * - A call that the server's limit of its rate kept from an answer is postponed, as are those that an outage did: they hold no
 *   place, and the request may come again when the outcome was received. Until the endpoint answers one call at a time is made.
 * - When `signal` fires, pauses between a call's attempts end, and it is postponed.
 * - A request whose call was made gives at least one outcome. A queue may give it twice: whoever reads keeps the first.
 *   One that was not started, because of `signal`, gives none.
 * - The iterator ends when the stream has ended, or `signal` has fired, and no call is in flight. `return()` does the
 *   same as `signal`, and resolves when the last call has ended. An error of the stream rejects, after the same.
 */
export interface Executor {
  execute(
    requests: AsyncIterable<CallRequest>,
    options?: ExecuteOptions
  ): AsyncIterableIterator<readonly CallOutcome[]>;
}

/** What an executor is made for. */
export interface ExecutorSetup {
  /** Where the calls of each candidate go, by its name. Those of one endpoint name share its limits. */
  endpoints: ReadonlyMap<string, Endpoint>;
  /** `-j`: the most calls in flight for each endpoint, whose own limits can only lower it. */
  concurrency: number;
  outage?: OutageSettings;
  /** Shared with whoever else calls the endpoints; its own when absent. */
  limiters?: Limiters;
  /** Of candidates of several models; within `limiters` when absent. */
  stageCalls?: RunStageCalls;
  /** Whose calls they are, for an executor that keeps what it does beyond this process. */
  run?: ExecutedRun;
}

export interface ExecutedRun {
  id: string;
  /** The store's folder: a run of one id may be in several. */
  store: string;
  /** Of the rows that its requests are about. */
  sensitivity: Sensitivity;
}

/** What a paused endpoint is waited for. */
export interface Wait {
  why: "rate limited" | "failing";
  /** Milliseconds until it is asked again. */
  ms: number;
}

/** What is done about an endpoint that only fails or limits the rate: it is paused and probed, and in the end given up. */
export interface OutageSettings {
  /** How long a paused endpoint is waited for, in milliseconds; 300,000 unless told. */
  giveUpMs?: number;
  /**
   * Before the first probe, where the server does not say when to ask again; each later one comes after twice the time, up to 30 s.
   * 1,000 unless told.
   */
  probeMs?: number;
  /** Told when an endpoint is paused, before `onMessage` is. */
  onPause?(): void;
  /** Told when an endpoint is paused, and when it answers again; of limited rates the first time alone. */
  onMessage?(text: string): void;
  /** Told what a paused endpoint is waited for, before each probe; undefined when the wait is over. */
  onWait?(endpoint: string, wait: Wait | undefined): void;
  /** Told why, when an endpoint is given up. Calls in flight there end as "aborted", and the executor drains. */
  onGiveUp?(reason: string): void;
}

export type CreateExecutor = (setup: ExecutorSetup) => Executor;

/** The calls of the models of cascades and reranked candidates. */
export interface RunStageCalls {
  /** Those of one request, by its key. */
  of(key: string): StageCalls;
  /** US dollars of the request's answers that an earlier start of the run has paid for. */
  earlierUsd(key: string): number;
  /** To be told when the request's outcome is journaled. */
  ended(key: string, answered: boolean): void;
  /** Those of the models' endpoints; undefined where failures are for others to guard. */
  guards?: StageCallGuards;
}

export interface StageCallGuards {
  /**
   * Of a request that ended as "aborted" since a model's failure may be an outage's first: resolves when that is known, and the
   * request may be made again. Undefined of any other.
   */
  undecided(key: string): Promise<true> | undefined;
  /** No other call will show whether an outage has begun. */
  settle(): void;
  /** Ends all waiting, for good. */
  end(): void;
}
