import {askedCompletion} from "../../../inference/endpoints/index.js";
import type {Limiters} from "../../../inference/endpoints/limiters.js";
import {
  type AttemptHooks,
  type Completion,
  type CompletionOptions,
  type CompletionRequest,
  type Endpoint,
  EndpointError,
  isEndpointError,
  isRemote
} from "../../../inference/endpoints/types.js";
import {canonicalJson, sha256} from "../../../base/system/index.js";
import type {StageAnswers} from "../journal/stageAnswers.js";
import {answerTokens} from "./answerTokens.js";
import type {CallPrices} from "./callPrices.js";
import type {SideGuards, SidePass} from "./sideGuards.js";
import type {RunStageCalls} from "./executor.js";

export interface StageCallsInputs {
  limiters: Limiters;
  /** Of the models' endpoints; without them a model that limits the rate or only fails has failed. */
  guards?: SideGuards;
  /** Where the answers of servers are kept and found, with what those of before cost; none are when absent. */
  kept?: {answers: StageAnswers; prices: CallPrices};
}

interface StageQuestion {
  key: string;
  /** Of the question among those of the request. */
  id: string;
  endpoint: Endpoint;
  request: CompletionRequest;
  options: CompletionOptions;
}

/** Each call waits for a place at its own endpoint: the request it is for holds none there. */
export function createStageCalls({limiters, guards, kept}: StageCallsInputs): RunStageCalls {
  const guarded = guards && guardedStages(guards);
  function limited<Answer>(
    asked: StageQuestion,
    ask: (attempts: AttemptHooks) => Promise<Answer>
  ): Promise<Answer> {
    const {endpoint, request, options} = asked;
    const {signal, attempts: whole} = options;
    const estimate = estimateTokens(request);
    const limiter = limiters.of(endpoint);
    if (!guarded) return limiter.run((own) => ask(bothHooks(own, whole)), {estimateTokens: estimate, signal});
    let made = false;
    return guarded.make(asked, ({pass, stopRetries, owner}) =>
      limiter.run(
        async (own) => {
          pass();
          // A budget counts the call before as spent when it may have been billed.
          if (made) await whole?.beforeRetry?.(signal);
          made = true;
          return ask({...bothHooks(own, whole), stopRetries});
        },
        {estimateTokens: estimate, signal, owner}
      )
    );
  }
  const made = (asked: StageQuestion) =>
    limited(asked, (attempts) =>
      askedCompletion(asked.endpoint, asked.request, {...asked.options, attempts})
    );
  const earlier = new Map<string, Map<string, number>>();
  const found = (key: string, id: string, endpoint: Endpoint, model: string): Completion | undefined => {
    const known = kept?.answers.find(key, id);
    if (known?.earlier) {
      const costs = earlier.get(key) ?? new Map<string, number>();
      earlier.set(key, costs.set(id, kept!.prices.costOf(endpoint, model, known.completion) ?? 0));
    }
    return known?.completion;
  };
  return {
    guards: guarded,
    of: (key) => ({
      async complete(endpoint, request, options) {
        if (endpoint.stages) return endpoint.complete(request, options);
        const {repeat = 0} = options;
        const id = sha256(canonicalJson({endpoint: endpoint.name, request, repeat}));
        const asked = {key, id, endpoint, request, options};
        if (!kept || !isRemote(endpoint)) return made(asked);
        const known = found(key, id, endpoint, request.model);
        if (known) return known;
        const completion = await made(asked);
        await kept.answers.keep(key, id, {completion, endpoint: endpoint.name});
        return completion;
      },
      score(endpoint, request, answers, options) {
        const id = sha256(canonicalJson({endpoint: endpoint.name, request, answers}));
        return limited({key, id, endpoint, request, options}, () =>
          endpoint.score!(request, answers, options)
        );
      }
    }),
    earlierUsd(key) {
      let usd = 0;
      for (const one of earlier.get(key)?.values() ?? []) usd += one;
      return usd;
    },
    ended(key, answered) {
      earlier.delete(key);
      guarded?.forget(key);
      kept?.answers.ended(key, answered);
    }
  };
}

/**
 * Calls that wait while their endpoint is paused. A failure that may be an outage's first ends the whole request, which gives its
 * place to others that show what it was; made again, the request meets that failure if it was none of an outage.
 */
function guardedStages(guards: SideGuards) {
  const open = new Map<string, Promise<true>>();
  const failures = new Map<string, Map<string, EndpointError>>();
  const fail = (key: string, id: string, error: EndpointError) => {
    const ofRequest = failures.get(key) ?? new Map<string, EndpointError>();
    failures.set(key, ofRequest.set(id, error));
  };
  return {
    async make<Answer>(
      {key, id, endpoint, request: {model}}: StageQuestion,
      call: (pass: SidePass) => Promise<Answer>
    ): Promise<Answer> {
      const failure = failures.get(key)?.get(id);
      if (failure) throw failure;
      let undecided: Promise<boolean> | undefined;
      const onUndecided = (decision: Promise<boolean>) => (undecided = decision);
      try {
        return await guards.make(endpoint, call, {model, onUndecided});
      } catch (error) {
        if (!undecided || !isEndpointError(error)) throw error;
        open.set(
          key,
          undecided.then((isOutage) => {
            if (!isOutage) fail(key, id, error);
            return true;
          })
        );
        throw new EndpointError("aborted", error.message, error.detail);
      }
    },
    undecided(key: string) {
      const decision = open.get(key);
      open.delete(key);
      return decision;
    },
    forget: (key: string) => void failures.delete(key),
    settle: () => guards.settle(),
    end: () => guards.end()
  };
}

/** The endpoint's limiter sees a model's attempts, and whoever asked the whole may forbid another. */
function bothHooks(own: AttemptHooks, whole: AttemptHooks = {}): AttemptHooks {
  return {
    stopRetries: whole.stopRetries ?? own.stopRetries,
    onAttempt(outcome) {
      own.onAttempt?.(outcome);
      whole.onAttempt?.(outcome);
    },
    async beforeRetry(signal) {
      await whole.beforeRetry?.(signal);
      await own.beforeRetry?.(signal);
    }
  };
}

/** Of the prompt, and the most that may be answered. */
export function estimateTokens({messages, params}: Pick<CompletionRequest, "messages" | "params">): number {
  return Math.ceil(Buffer.byteLength(JSON.stringify(messages)) / 4) + (answerTokens(params) ?? 0);
}
