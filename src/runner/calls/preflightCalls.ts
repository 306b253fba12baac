import {completionCost} from "../../costs/index.js";
import {type AroundAsk, type Endpoint, EndpointError} from "../../endpoints/types.js";
import {callError} from "./pool.js";
import {sideCall} from "./scorerCalls.js";
import type {CallPrices} from "./callPrices.js";
import type {Spending} from "./spending.js";

/** The calls of preflights, counted, and within a run's budget. */
export interface PreflightCalls {
  /** Calls that ended. */
  readonly made: number;
  /** US dollars; undefined while no call's cost is known. */
  readonly costUsd: number | undefined;
  around(endpoint: Endpoint): AroundAsk;
}

/** A call that the budget leaves no room for rejects with EndpointError "aborted". */
export function createPreflightCalls(prices: CallPrices, spending?: Spending): PreflightCalls {
  let made = 0;
  let number = 0;
  let costUsd: number | undefined;
  return {
    around: (endpoint) => async (request, ask) => {
      const call = sideCall(`preflight ${number++}`, {endpoint, request, prices});
      if (spending && !(await spending.reserve(call)))
        throw new EndpointError("aborted", "The budget leaves no room for it.");
      try {
        const answer = await ask();
        made++;
        const cost = completionCost(answer.usage, endpoint.price?.(request.model));
        if (cost !== undefined) costUsd = (costUsd ?? 0) + cost;
        spending?.settle({key: call.key, costUsd: prices.costOf(endpoint, request.model, answer)});
        return answer;
      } catch (error) {
        const {kind, message} = callError(error);
        spending?.settle({key: call.key, error: {kind, message}});
        if (kind !== "aborted") made++;
        throw error;
      }
    },
    get made() {
      return made;
    },
    get costUsd() {
      return costUsd;
    }
  };
}
