import {modelAsked} from "../../scorers/index.js";
import {UserError} from "../../../base/validation/index.js";
import type {CallPrices} from "./callPrices.js";
import type {ReadyCandidate} from "../plan/readyCandidates.js";
import type {ResolvedEval} from "../plan/resolve.js";

/** Throws UserError when an API is asked whose price nobody states; `problem` is what is wrong with the project's list. */
export function checkBudget(...given: Parameters<typeof budgetRefusal>): void {
  const refusal = budgetRefusal(...given);
  if (refusal !== undefined) throw new UserError(refusal);
}

/** Why a budget cannot be kept; undefined when it can. */
export function budgetRefusal(
  ready: readonly ReadyCandidate[],
  scorers: ResolvedEval["scorers"],
  prices: CallPrices,
  problem: string | undefined
): string | undefined {
  const names = unpricedNames(ready, scorers, prices);
  return names.length === 0
    ? undefined
    : `${problem === undefined ? "" : `${problem}\n`}a budget needs prices, and none is known for ${names.join(", ")}. State "price" on the endpoint or in prices/*.json, or run without a budget.`;
}

/** The models of candidates and scorers that an API bills at a price nobody states, as words. */
export function unpricedNames(
  ready: readonly ReadyCandidate[],
  scorers: ResolvedEval["scorers"],
  prices: CallPrices
): string[] {
  return [
    ...ready.flatMap(({record, prepared: {endpoint, model}}) => {
      const unpriced = prices.unpriced(endpoint, model, record.hosting);
      return unpriced.map((of) => `${record.name} (${of})`);
    }),
    ...scorers.flatMap(({name, scorer}) =>
      scorer.asks
        ? prices.unpriced(scorer.asks, modelAsked(scorer) ?? "a model").map((of) => `scorer ${name} (${of})`)
        : []
    )
  ];
}
