import {type Limiter, limiterFor} from "../../endpoints/limiter.js";
import {
  type Completion,
  type CompletionOptions,
  type CompletionRequest,
  type Endpoint,
  EndpointError
} from "../../endpoints/types.js";
import type {ScorerCalls} from "../../scorers/index.js";
import {canonicalJson, sha256} from "../../store/index.js";
import {observedCall} from "../../telemetry/index.js";
import {worstCaseUsd} from "./budget.js";
import type {CallRequest} from "./executor.js";
import {callError, guardedAttempts} from "./pool.js";
import type {Spending} from "./spending.js";

/** Answers kept, so that an equal question is not asked again: those of the newest questions. */
const MOST_KEPT = 10_000;

export interface ScorerCallsInputs {
  /** The run's budget; the calls of scorers are set aside in it attempt by attempt, as a candidate's are. */
  spending?: Spending;
  /** `-j`: the most calls in flight for each endpoint. */
  concurrency: number;
}

export interface CountedScorerCalls extends ScorerCalls {
  /** Calls that ended since the start, questions answered by an earlier one left out. */
  readonly made: number;
  /** US dollars; undefined while no call has stated its cost. */
  readonly costUsd: number | undefined;
}

/**
 * The calls that scorers make, such as a judge's: within the run's budget, at most `concurrency` at one endpoint, and equal
 * questions asked once. A call that the budget leaves no room for rejects with EndpointError "aborted".
 */
export function createScorerCalls({spending, concurrency}: ScorerCallsInputs): CountedScorerCalls {
  const limiters = new Map<string, Limiter>();
  const asked = new Map<string, Promise<Completion>>();
  const endpoints = new Map<Endpoint, number>();
  let made = 0;
  let number = 0;
  let costUsd: number | undefined;

  const limiterOf = (endpoint: Endpoint) => {
    let limiter = limiters.get(endpoint.name);
    if (!limiter) limiters.set(endpoint.name, (limiter = limiterFor(endpoint, concurrency)));
    return limiter;
  };

  async function make(endpoint: Endpoint, request: CompletionRequest, options: CompletionOptions) {
    const call = callOf(endpoint, request, options, number++);
    return limiterOf(endpoint).run(async (attempts) => {
      if (spending && !(await spending.reserve(call)))
        throw new EndpointError("aborted", "The budget leaves no room for it.");
      const allowed =
        spending &&
        (async (one: CallRequest, failed: Parameters<Spending["reserveAgain"]>[1]) =>
          spending.reserveAgain(one, failed));
      try {
        const completion = await observedCall(endpoint, request, () =>
          endpoint.complete(request, {...options, attempts: guardedAttempts(call, attempts, allowed)})
        );
        spending?.settle({key: call.key, completion});
        made++;
        if (completion.costUsd !== undefined) costUsd = (costUsd ?? 0) + completion.costUsd;
        return completion;
      } catch (error) {
        const {kind, message} = callError(error);
        spending?.settle({key: call.key, error: {kind, message}});
        if (kind !== "aborted") made++;
        throw error;
      }
    }, call);
  }

  return {
    ask(endpoint, request, options) {
      // Two endpoints may have one name.
      const nth = endpoints.get(endpoint) ?? endpoints.size;
      endpoints.set(endpoint, nth);
      const key = `${nth} ${keyOf(endpoint, request, options)}`;
      const before = asked.get(key);
      if (before) return before;
      const answer = make(endpoint, request, options);
      asked.set(key, answer);
      // What failed may be asked again.
      answer.catch(() => asked.delete(key));
      if (asked.size > MOST_KEPT) asked.delete(asked.keys().next().value!);
      return answer;
    },
    get made() {
      return made;
    },
    get costUsd() {
      return costUsd;
    }
  };
}

/** A recording answers by the row and what is judged, not by the question. */
function keyOf({kind}: Endpoint, request: CompletionRequest, options: CompletionOptions): string {
  const {repeat = 0, rowId, judged} = options;
  const looked = kind === "recorded" ? {rowId, judged} : {};
  return sha256(canonicalJson({request, repeat, ...looked}));
}

function callOf(
  endpoint: Endpoint,
  {model, messages, params, tools}: CompletionRequest,
  {rowId = "", repeat = 0}: CompletionOptions,
  number: number
): CallRequest {
  const bytes = Buffer.byteLength(JSON.stringify(messages));
  const price = endpoint.price?.(model);
  return {
    key: `scorer ${number}`,
    candidate: `scorer ${endpoint.name} ${model}`,
    endpoint: endpoint.name,
    model,
    messages: [...messages],
    params,
    tools,
    rowId,
    repeat,
    estimateTokens: Math.ceil(bytes / 4) + (params?.max_tokens ?? 0),
    worstCaseUsd: worstCaseUsd(price, bytes, params?.max_tokens)
  };
}
