import type {LoadLevel} from "../../base/costs/index.js";
import {
  type AttemptOutcome,
  type Completion,
  type EndpointEffects,
  EndpointError,
  isRemote,
  realEffects
} from "../../inference/endpoints/index.js";
import type {EndpointErrorKind, ModelParameters} from "../../inference/endpoints/types.js";
import {
  type BenchTarget,
  type Budget,
  callPrices,
  type CallPrices,
  budgetSpent,
  createBudget,
  mayBeBilled
} from "../runner/index.js";
import {messageOf, UserError} from "../../base/validation/index.js";
import {levelOf, throughputOf, type LoadReply, type Send} from "./level.js";
import {closedLoop, openLoop} from "./loops.js";

export interface LoadOptions {
  /** Requests in flight at most, a level each, rising. */
  concurrency: readonly number[];
  /** Arrivals per second; without it each level's is a share of what it got done when saturated. */
  ratePerSecond?: number;
  /** Of each measurement, and before it. */
  seconds: number;
  warmupSeconds: number;
  /** The most requests in all, shared evenly by the measurements. */
  maxRequests: number;
  /** The most US dollars in all. */
  budgetUsd?: number;
  /** What the budget counts calls at; the endpoint's own price when absent. */
  prices?: CallPrices;
  /** Asks for streams, which give the time to the first token. */
  stream: boolean;
}

export interface LoadEffects {
  /** Ends the test: no request is sent any more, and those in flight are waited for. */
  signal?: AbortSignal;
  onMessage?(message: string): void;
  effects?: Pick<EndpointEffects, "now" | "timer">;
}

export interface LoadResult {
  levels: LoadLevel[];
  requests: number;
  spentUsd?: number;
  /** Why it ended before all was measured for its time. */
  stopped?: string;
}

/** Arrivals as a share of what a level gets done when saturated: below it a queue does not grow without end. */
const LOAD_SHARE = 0.7;

/**
 * Measures a candidate at rising concurrency with its eval's prompts. Each level is saturated first (closed loop), which gives
 * its throughput, and then asked at a steady rate (open loop), which gives its latency. No request is sent twice: an error is
 * counted. One request goes ahead; when it fails, a UserError says why and nothing else was sent. Ends before `maxRequests`
 * or `budgetUsd` are passed, calls in flight counted at the most they can cost.
 */
export async function loadTest(
  target: BenchTarget,
  options: LoadOptions,
  {signal, onMessage, effects = realEffects}: LoadEffects = {}
): Promise<LoadResult> {
  const {seconds, warmupSeconds, maxRequests, ratePerSecond} = options;
  const phases = options.concurrency.length * (ratePerSecond === undefined ? 2 : 1);
  const share = Math.floor((maxRequests - 1) / phases);
  if (share < 1)
    throw new UserError(
      `${maxRequests} requests are too few for ${phases} measurements. Raise --max-requests, or measure fewer levels.`
    );
  const caller = createCaller(target, options, effects);
  await caller.probe(signal);
  const levels: LoadLevel[] = [];
  const common = {
    warmupMs: 1000 * warmupSeconds,
    measuredMs: 1000 * seconds,
    effects,
    signal
  };
  for (const concurrency of options.concurrency) {
    if (signal?.aborted || caller.stopped !== undefined) break;
    onMessage?.(`${concurrency} in flight`);
    const saturated =
      ratePerSecond === undefined
        ? await closedLoop({...common, concurrency, send: caller.sender(share)})
        : undefined;
    const able = saturated && throughputOf(saturated, "saturated");
    const rate = ratePerSecond ?? (able && LOAD_SHARE * able.requestsPerSecond);
    const goesOn = rate !== undefined && !signal?.aborted && caller.stopped === undefined;
    const arrivals = goesOn
      ? await openLoop({...common, concurrency, ratePerSecond: rate, send: caller.sender(share)})
      : undefined;
    levels.push(levelOf(concurrency, saturated, arrivals && {...arrivals, ratePerSecond: rate!}));
  }
  return {
    levels,
    requests: caller.requests,
    spentUsd: caller.spentUsd,
    stopped: signal?.aborted
      ? "interrupted"
      : (caller.stopped ?? cappedText(caller.capped, phases, maxRequests))
  };
}

function cappedText(capped: number, phases: number, maxRequests: number): string | undefined {
  if (capped === 0) return undefined;
  return `${capped} of ${phases} measurements had sent their share of ${maxRequests} requests before their time was over; --max-requests raises it`;
}

/** Sends the prompts in turn, within the caps. */
function createCaller(
  {ready, prompts}: BenchTarget,
  {stream, budgetUsd, prices = callPrices([], "")}: LoadOptions,
  effects: Pick<EndpointEffects, "now" | "timer">
) {
  const {candidate, prepared} = ready;
  const {endpoint, model} = prepared;
  const streams = stream && isRemote(endpoint);
  const params = isRemote(endpoint) ? streamed(candidate.params, stream) : candidate.params;
  const budget: Budget | undefined = budgetUsd === undefined ? undefined : createBudget(budgetUsd);
  let requests = 0;
  let stopped: string | undefined;
  let capped = 0;

  const call = (signal: AbortSignal | undefined): Promise<LoadReply & {message?: string}> | undefined => {
    const {rowId, messages} = prompts[requests % prompts.length]!;
    const request = {model, messages, params, tools: candidate.tools};
    const {worstCaseUsd: usd, promptUsd} = budget ? prices.bounds(endpoint, request) : {};
    const reservation = budget?.reserve({candidate: candidate.name, usd, promptUsd});
    if (budget && !reservation) {
      stopped = budgetSpent(budget.spentUsd, budgetUsd!);
      return undefined;
    }
    requests++;
    const sentMs = effects.now();
    let seenMs: number | undefined;
    const attempts = firstAttemptOnly(signal);
    return endpoint
      .complete(request, {
        rowId,
        signal: attempts.signal,
        attempts,
        onText: () => void (seenMs ??= effects.now() - sentMs)
      })
      .then(
        (completion: Completion) => {
          const {usage, firstTokenMs, lastTokenMs, unseenTokens} = completion;
          const costUsd = prices.costOf(endpoint, model, completion);
          if (costUsd === undefined) reservation?.assumeSpent();
          else reservation?.settle(costUsd);
          return {
            firstTokenMs: firstTokenMs ?? seenMs,
            lastTokenMs,
            promptTokens: usage?.promptTokens,
            completionTokens: usage?.completionTokens,
            unseenTokens
          };
        },
        (error: unknown) => {
          const {kind, detail} = error instanceof EndpointError ? error : {kind: "endpoint" as const};
          const own = attempts.failed ?? (signal?.aborted ? "unanswered" : kind);
          const told = detail?.mayBeBilled ?? attempts.mayBeBilled;
          if (own === "unanswered" || mayBeBilled({kind: own, mayBeBilled: told})) reservation?.assumeSpent();
          else reservation?.settle(undefined);
          return {
            error: own,
            firstTokenMs: seenMs,
            message: kind === own ? messageOf(error) : attempts.message
          };
        }
      );
  };
  return {
    async probe(signal: AbortSignal | undefined): Promise<void> {
      const reply = await call(signal);
      if (reply?.error !== undefined)
        throw new UserError(
          `${candidate.name} did not answer the first request (${reply.error}): ${reply.message}\nNo other request was sent.${streams && reply.error === "malformed" ? " It was asked to stream; where the server cannot, measure with --no-stream." : ""}`
        );
      if (!reply) throw new UserError(`${stopped}. No request was sent; raise --budget-usd.`);
    },
    /** Sends at most `most` requests. */
    sender(most: number): Send {
      let left = most;
      return (signal) => {
        if (stopped !== undefined) return undefined;
        if (left > 0) {
          left--;
          return call(signal);
        }
        if (left === 0) capped++;
        left = -1;
        return undefined;
      };
    },
    get requests() {
      return requests;
    },
    get stopped() {
      return stopped;
    },
    /** Measurements that wanted to send more than they may. */
    get capped() {
      return capped;
    },
    get spentUsd() {
      return budget?.spentUsd;
    }
  };
}

/** Parameters that say whether to stream, whatever the endpoint does by itself; without a stream none of its options stays. */
function streamed(params: ModelParameters | undefined, stream: boolean): ModelParameters {
  return stream ? {...params, stream} : {...params, stream, stream_options: undefined};
}

/** What an attempt without a status came to. */
const SAID: Partial<Record<EndpointErrorKind, string>> = {
  connection: "nothing listens at its address, or the connection broke",
  timeout: "no complete answer came in time",
  malformed: "what came is no chat completion",
  "truncated-stream": "the stream broke off"
};

/** Ends a call after its first attempt: a load test counts an error and does not hide it behind a retry. */
function firstAttemptOnly(parent: AbortSignal | undefined) {
  const own = new AbortController();
  const state = {
    signal: parent ? AbortSignal.any([parent, own.signal]) : own.signal,
    failed: undefined as EndpointErrorKind | undefined,
    mayBeBilled: undefined as boolean | undefined,
    message: undefined as string | undefined,
    onAttempt({kind, status, mayBeBilled}: AttemptOutcome) {
      if (kind === undefined || parent?.aborted) return;
      state.failed = kind;
      state.mayBeBilled = mayBeBilled;
      state.message = status === undefined ? SAID[kind] : `the server answered ${status}`;
      own.abort();
    }
  };
  return state;
}
