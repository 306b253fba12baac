import {askedCompletion} from "../../../inference/endpoints/index.js";
import type {Limiters} from "../../../inference/endpoints/limiters.js";
import {
  type AttemptHooks,
  type Completion,
  type CompletionOptions,
  type CompletionRequest,
  type Endpoint,
  EndpointError
} from "../../../inference/endpoints/types.js";
import type {ScorerCalls} from "../../scorers/index.js";
import type {SideAnswers} from "../journal/sideAnswers.js";
import {canonicalJson, sha256} from "../../../base/system/index.js";
import {observedCall} from "../../../inference/telemetry/index.js";
import {AskedOnce} from "./askedOnce.js";
import {askedOf, createSideTally, type SideTally} from "../journal/askedModels.js";
import type {CallPrices} from "./callPrices.js";
import {countUncounted} from "./countUncounted.js";
import type {CallRequest} from "./executor.js";
import {guardedAttempts} from "./guardedAttempts.js";
import type {SideGuards, SidePass} from "./sideGuards.js";
import type {BudgetKeeper} from "./keepBudget.js";
import {tokenCounters, withTokens} from "./answerTokens.js";
import {estimateTokens} from "./stageCalls.js";
import {callError} from "./callErrors.js";

export interface ScorerCallsInputs {
  /** The run's budget; the calls of scorers are set aside in it attempt by attempt, as a candidate's are. */
  spending?: BudgetKeeper;
  prices: CallPrices;
  /** Where answers are kept and found; without it a kill loses those that have no score yet. */
  answers?: SideAnswers;
  /** Shared with the run's candidates. */
  limiters: Limiters;
  guards: SideGuards;
}

export interface CountedScorerCalls extends ScorerCalls {
  readonly tally: SideTally;
}

/**
 * The calls that scorers make, such as a judge's: within the run's budget and their endpoint's limits, and equal
 * questions asked once, in all starts and runs whose answers are kept. A call that the budget leaves no room for rejects with EndpointError "aborted".
 */
export function createScorerCalls({
  spending,
  prices,
  limiters,
  answers,
  guards
}: ScorerCallsInputs): CountedScorerCalls {
  const asked = new AskedOnce();
  const endpoints = new Map<Endpoint, number>();
  const tally = createSideTally(prices);
  const make = allowedCalls({spending, prices, limiters, guards, tally});
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
      ...askedOf(endpoint, request.model, prices),
      completion: {
        ...completion,
        costUsd: prices.costOf(endpoint, request.model, completion),
        logprobs: undefined
      }
    });
    return completion;
  }

  return {
    tally,
    ask(endpoint, request, options) {
      // Two endpoints may have one name.
      const nth = endpoints.get(endpoint) ?? endpoints.size;
      endpoints.set(endpoint, nth);
      const key = `${nth} ${scorerCallKey(endpoint, request, options)}`;
      return asked.answer(key, () => keptOrMade(endpoint, nth, request, options));
    }
  };
}

/** Makes calls within the budget and their endpoint's limits, again where a pause of the endpoint has put them off, and counts them. */
function allowedCalls({
  spending,
  prices,
  limiters,
  guards,
  tally
}: Omit<ScorerCallsInputs, "answers"> & {tally: SideTally}) {
  let number = 0;
  const counterOf = tokenCounters();

  async function make(endpoint: Endpoint, request: CompletionRequest, options: CompletionOptions) {
    try {
      return await guards.make(endpoint, (side) => placed(endpoint, request, options, side));
    } catch (error) {
      tally.failed(callError(error).kind);
      throw error;
    }
  }

  async function placed(
    endpoint: Endpoint,
    request: CompletionRequest,
    options: CompletionOptions,
    {pass, stopRetries}: SidePass
  ) {
    const call = sideCall(`scorer ${number++}`, {endpoint, request, prices}, options);
    // Before it has a place: calls with a reservation, a candidate's among them, may be waiting for that.
    if (spending && !(await spending.reserve(call)))
      throw new EndpointError("aborted", "The budget leaves no room for it.");
    const {signal} = options;
    let begun = false;
    const made = limiters.of(endpoint).run(
      async (attempts) => {
        pass();
        if (spending && !spending.holds(call))
          throw new EndpointError("aborted", "The budget leaves no room for it.");
        begun = true;
        return attempted(endpoint, request, options, {call, attempts: {...attempts, stopRetries}});
      },
      {estimateTokens: call.estimateTokens, signal}
    );
    return made.catch((error: unknown) => {
      if (!begun) spending?.settle({key: call.key, costUsd: 0});
      throw error;
    });
  }

  async function attempted(
    endpoint: Endpoint,
    request: CompletionRequest,
    options: CompletionOptions,
    {call, attempts}: {call: CallRequest; attempts: AttemptHooks}
  ) {
    const allowed =
      spending &&
      (async (one: CallRequest, failed: Parameters<BudgetKeeper["reserveAgain"]>[1]) =>
        spending.reserveAgain(one, failed, failed.spent && prices.costOf(endpoint, one.model, failed.spent)));
    const counted = countUncounted(attempts);
    try {
      const count = await counterOf(endpoint);
      const told = await observedCall(endpoint, request, () =>
        askedCompletion(endpoint, request, {
          ...options,
          attempts: guardedAttempts(call, counted.hooks, allowed)
        })
      );
      const completion = withTokens(told, request.messages, count);
      spending?.settle({key: call.key, costUsd: prices.costOf(endpoint, request.model, completion)});
      tally.answered(endpoint, request.model, completion);
      return completion;
    } catch (error) {
      const failed = callError(error);
      const costUsd = failed.spent && prices.costOf(endpoint, request.model, failed.spent);
      spending?.settle({key: call.key, error: failed, costUsd});
      if (failed.spent) tally.spent(endpoint, request.model, failed.spent);
      throw error;
    } finally {
      tally.uncounted(counted.uncounted() ?? 0);
    }
  }

  return make;
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
function scorerCallKey({kind}: Endpoint, request: CompletionRequest, options: CompletionOptions): string {
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
    estimateTokens: estimateTokens({messages, params}),
    ...prices.bounds(endpoint, request)
  };
}
