import type {Limiters} from "../../endpoints/limiters.js";
import {
  type AttemptHooks,
  type Completion,
  type CompletionOptions,
  type CompletionRequest,
  type Endpoint,
  isRemote,
  type StageCalls
} from "../../endpoints/types.js";
import {canonicalJson, sha256} from "../../store/index.js";
import type {StageAnswers} from "../journal/stageAnswers.js";
import {answerTokens} from "./answerTokens.js";
import type {CallPrices} from "./callPrices.js";

/** The calls of the models of cascades and reranked candidates. */
export interface RunStageCalls {
  /** Those of one request, by its key. */
  of(key: string): StageCalls;
  /** US dollars of the request's answers that an earlier start of the run has paid for. */
  earlierUsd(key: string): number;
  /** To be told when the request's outcome is journaled. */
  ended(key: string, answered: boolean): void;
}

export interface StageCallsInputs {
  limiters: Limiters;
  /** Where the answers of servers are kept and found, with what those of before cost; none are when absent. */
  kept?: {answers: StageAnswers; prices: CallPrices};
}

/** Each call waits for a place at its own endpoint: the request it is for holds none there. */
export function createStageCalls({limiters, kept}: StageCallsInputs): RunStageCalls {
  const limited = <Answer>(
    endpoint: Endpoint,
    request: CompletionRequest,
    {signal, attempts: whole}: CompletionOptions,
    ask: (attempts: AttemptHooks) => Promise<Answer>
  ) =>
    limiters
      .of(endpoint)
      .run((own) => ask(bothHooks(own, whole)), {estimateTokens: estimateTokens(request), signal});
  const made = (endpoint: Endpoint, request: CompletionRequest, options: CompletionOptions) =>
    limited(endpoint, request, options, (attempts) => endpoint.complete(request, {...options, attempts}));
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
    of: (key) => ({
      async complete(endpoint, request, options) {
        if (endpoint.stages) return endpoint.complete(request, options);
        if (!kept || !isRemote(endpoint)) return made(endpoint, request, options);
        const {repeat = 0} = options;
        const id = sha256(canonicalJson({endpoint: endpoint.name, request, repeat}));
        const known = found(key, id, endpoint, request.model);
        if (known) return known;
        const completion = await made(endpoint, request, options);
        await kept.answers.keep(key, id, completion);
        return completion;
      },
      score: (endpoint, request, answers, options) =>
        limited(endpoint, request, options, () => endpoint.score!(request, answers, options))
    }),
    earlierUsd(key) {
      let usd = 0;
      for (const one of earlier.get(key)?.values() ?? []) usd += one;
      return usd;
    },
    ended(key, answered) {
      earlier.delete(key);
      kept?.answers.ended(key, answered);
    }
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
