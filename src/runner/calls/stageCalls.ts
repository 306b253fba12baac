import type {Limiters} from "../../endpoints/limiters.js";
import type {
  AttemptHooks,
  CompletionOptions,
  CompletionRequest,
  Endpoint,
  StageCalls
} from "../../endpoints/types.js";
import {answerTokens} from "./answerTokens.js";

/** The calls of the models of cascades and reranked candidates. */
export interface RunStageCalls {
  /** Those of one request, by its key. */
  of(key: string): StageCalls;
}

export interface StageCallsInputs {
  limiters: Limiters;
}

/** Each call waits for a place at its own endpoint: the request it is for holds none there. */
export function createStageCalls({limiters}: StageCallsInputs): RunStageCalls {
  const limited = <Answer>(
    endpoint: Endpoint,
    request: CompletionRequest,
    {signal, attempts: whole}: CompletionOptions,
    ask: (attempts: AttemptHooks) => Promise<Answer>
  ) =>
    limiters
      .of(endpoint)
      .run((own) => ask(bothHooks(own, whole)), {estimateTokens: estimateTokens(request), signal});
  return {
    of: () => ({
      async complete(endpoint, request, options) {
        if (endpoint.stages) return endpoint.complete(request, options);
        return limited(endpoint, request, options, (attempts) =>
          endpoint.complete(request, {...options, attempts})
        );
      },
      score: (endpoint, request, answers, options) =>
        limited(endpoint, request, options, () => endpoint.score!(request, answers, options))
    })
  };
}

/** The endpoint's limiter sees a model's attempts, and whoever asked the whole may forbid another. */
function bothHooks(own: AttemptHooks, whole: AttemptHooks = {}): AttemptHooks {
  return {
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
