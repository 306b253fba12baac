import {
  type AroundAsk,
  type Completion,
  type CompletionRequest,
  type Endpoint,
  EndpointError
} from "../../../inference/endpoints/types.js";
import {completionCost} from "../../../base/costs/index.js";
import {canonicalJson, sha256} from "../../../base/system/index.js";
import {observedCall} from "../../../inference/telemetry/index.js";
import type {SideAnswers} from "../journal/sideAnswers.js";
import {askedOf, createSideTally, type SideTally} from "../journal/askedModels.js";
import type {CallPrices} from "./callPrices.js";
import {sideCall} from "./scorerCalls.js";
import type {BudgetKeeper} from "./keepBudget.js";
import {tokenCounters, withTokens} from "./answerTokens.js";
import {callError} from "./callErrors.js";

/** The calls of preflights: counted, kept, and within a run's budget. */
export interface PreflightCalls {
  readonly tally: SideTally;
  around(endpoint: Endpoint): AroundAsk;
}

/** How long an answer that another run was given tells that an endpoint is ready. */
export const READY_MS = 86_400_000;

export interface PreflightInputs {
  prices: CallPrices;
  answers: SideAnswers;
  spending?: BudgetKeeper;
  /** Wall clock in milliseconds since 1970. */
  now(): number;
}

/** What was answered before is not asked again. A call that the budget leaves no room for rejects with EndpointError "aborted". */
export function createPreflightCalls({prices, answers, spending, now}: PreflightInputs): PreflightCalls {
  const tally = createSideTally(prices);
  let number = 0;
  const counterOf = tokenCounters();

  async function make<Answer extends Pick<Completion, "text" | "usage">>(
    endpoint: Endpoint,
    request: CompletionRequest,
    ask: () => Promise<Answer>
  ): Promise<Answer> {
    const call = sideCall(`preflight ${number++}`, {endpoint, request, prices});
    if (spending && !(await spending.reserve(call)))
      throw new EndpointError("aborted", "The budget leaves no room for it.");
    try {
      const count = await counterOf(endpoint);
      const asked = async () => {
        const answer = withTokens(await ask(), request.messages, count);
        return {...answer, costUsd: completionCost(answer.usage, endpoint.price?.(request.model))};
      };
      const answer = await observedCall(endpoint, request, asked, {preflight: true});
      spending?.settle({key: call.key, costUsd: prices.costOf(endpoint, request.model, answer)});
      tally.answered(endpoint, request.model, answer);
      return answer;
    } catch (error) {
      const failed = callError(error);
      const costUsd = failed.spent && prices.costOf(endpoint, request.model, failed.spent);
      spending?.settle({key: call.key, error: failed, costUsd});
      tally.failed(failed.kind);
      if (failed.spent) tally.spent(endpoint, request.model, failed.spent);
      throw error;
    }
  }

  return {
    tally,
    around:
      (of) =>
      async (request, ask, {endpoint = of, anew = false} = {}) => {
        const key = await preflightKey(endpoint, request);
        const known = anew ? undefined : answers.find(key);
        if (known) return known as Awaited<ReturnType<typeof ask>>;
        const answer = await make(endpoint, request, ask);
        await answers.keep(key, {
          ...askedOf(endpoint, request.model, prices),
          at: new Date(now()).toISOString(),
          completion: {...answer, costUsd: prices.costOf(endpoint, request.model, answer)}
        });
        return answer;
      }
  };
}

/** What a preflight's question is known by: who answers, and what is asked. */
export async function preflightKey(endpoint: Endpoint, request: CompletionRequest): Promise<string> {
  return sha256(canonicalJson({preflight: await endpoint.identity(request.model), request}));
}
