import {type Limiter, limiterFor} from "../../endpoints/limiter.js";
import {
  type Completion,
  type CompletionOptions,
  type CompletionRequest,
  type Endpoint,
  EndpointError
} from "../../endpoints/types.js";
import type {ScorerCalls} from "../../scorers/index.js";
import type {SideAnswers} from "../journal/sideAnswers.js";
import {canonicalJson, sha256} from "../../store/index.js";
import {observedCall} from "../../telemetry/index.js";
import {answerTokens} from "./answerTokens.js";
import {AskedOnce} from "./askedOnce.js";
import {createSideTally, type SideTally} from "../journal/askedModels.js";
import type {CallPrices} from "./callPrices.js";
import type {CallRequest} from "./executor.js";
import {callError, guardedAttempts} from "./pool.js";
import type {Spending} from "./spending.js";

export interface ScorerCallsInputs {
  /** The run's budget; the calls of scorers are set aside in it attempt by attempt, as a candidate's are. */
  spending?: Spending;
  prices: CallPrices;
  /** Where answers are kept and found; without it a kill loses those that have no score yet. */
  answers?: SideAnswers;
  /** `-j`: the most calls in flight for each endpoint. */
  concurrency: number;
}

export interface CountedScorerCalls extends ScorerCalls {
  readonly tally: SideTally;
}

/**
 * The calls that scorers make, such as a judge's: within the run's budget, at most `concurrency` at one endpoint, and equal
 * questions asked once, in all starts and runs whose answers are kept. A call that the budget leaves no room for rejects with EndpointError "aborted".
 */
export function createScorerCalls({
  spending,
  prices,
  concurrency,
  answers
}: ScorerCallsInputs): CountedScorerCalls {
  const limiters = new Map<string, Limiter>();
  const asked = new AskedOnce();
  const endpoints = new Map<Endpoint, number>();
  const tally = createSideTally();
  let number = 0;

  const limiterOf = (endpoint: Endpoint) => {
    let limiter = limiters.get(endpoint.name);
    if (!limiter) limiters.set(endpoint.name, (limiter = limiterFor(endpoint, concurrency)));
    return limiter;
  };

  async function make(endpoint: Endpoint, request: CompletionRequest, options: CompletionOptions) {
    const call = sideCall(`scorer ${number++}`, {endpoint, request, prices}, options);
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
        spending?.settle({key: call.key, costUsd: prices.costOf(endpoint, request.model, completion)});
        tally.answered(endpoint, request.model, completion);
        return completion;
      } catch (error) {
        const failed = callError(error);
        spending?.settle({key: call.key, error: failed});
        tally.failed(failed.kind);
        throw error;
      }
    }, call);
  }

  const identityOf = rememberIdentities();

  /** A recording answers by itself, and costs nothing. */
  async function keptOrMade(
    endpoint: Endpoint,
    nth: number,
    request: CompletionRequest,
    options: CompletionOptions
  ): Promise<Completion> {
    if (!answers || endpoint.kind === "recorded") return make(endpoint, request, options);
    const identity = await identityOf(endpoint, nth, request.model);
    const key = sha256(canonicalJson({identity, request, repeat: options.repeat ?? 0}));
    const known = answers.find(key);
    if (known) return known as Completion;
    const completion = await make(endpoint, request, options);
    await answers.keep(key, {
      endpoint: endpoint.name,
      host: endpoint.host,
      model: request.model,
      price: endpoint.price?.(request.model),
      completion: {...completion, logprobs: undefined}
    });
    return completion;
  }

  return {
    tally,
    ask(endpoint, request, options) {
      // Two endpoints may have one name.
      const nth = endpoints.get(endpoint) ?? endpoints.size;
      endpoints.set(endpoint, nth);
      const key = `${nth} ${keyOf(endpoint, request, options)}`;
      return asked.answer(key, () => keptOrMade(endpoint, nth, request, options));
    }
  };
}

function rememberIdentities() {
  const identities = new Map<string, Promise<Record<string, string>>>();
  return (endpoint: Endpoint, nth: number, model: string) => {
    const key = `${nth} ${model}`;
    const known = identities.get(key) ?? endpoint.identity(model);
    identities.set(key, known);
    return known;
  };
}

/** A recording answers by the row and what is judged, not by the question. */
function keyOf({kind}: Endpoint, request: CompletionRequest, options: CompletionOptions): string {
  const {repeat = 0, rowId, judged} = options;
  const looked = kind === "recorded" ? {rowId, judged} : {};
  return sha256(canonicalJson({request, repeat, ...looked}));
}

/** A call of a run that asks none of its rows' questions, as a budget looks at it. */
export function sideCall(
  key: string,
  {endpoint, request, prices}: {endpoint: Endpoint; request: CompletionRequest; prices: CallPrices},
  {rowId = "", repeat = 0}: CompletionOptions = {}
): CallRequest {
  const {model, messages, params, tools} = request;
  const bytes = Buffer.byteLength(JSON.stringify(messages));
  return {
    key,
    candidate: `${key.split(" ")[0]} ${endpoint.name} ${model}`,
    endpoint: endpoint.name,
    model,
    messages: [...messages],
    params,
    tools,
    rowId,
    repeat,
    estimateTokens: Math.ceil(bytes / 4) + (answerTokens(params) ?? 0),
    worstCaseUsd: prices.worstCaseUsd(endpoint, request)
  };
}
