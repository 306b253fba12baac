import {isBilledByApi} from "./prices/billedPrice.js";
import type {Billed} from "./prices/index.js";

/** What a run's record tells of the cost of its candidates' calls. */
export interface BilledRun {
  costUsd?: number;
  unpricedCalls: number;
  counts: {completed: number; failed: number; reused: number};
  candidates: readonly (Billed & {stages?: readonly Pick<Billed, "price">[]})[];
  imported?: object;
}

export interface RunBill {
  /** "nothing": nobody was called. "unstated": nobody says what calls cost. */
  kind: "known" | "unknown" | "nothing" | "unstated";
  /** The amount, or why there is none. */
  text: string;
  /** What is not in the amount. */
  left?: string;
}

/** What the candidates' calls of a run cost, in words. */
export function runBill(run: BilledRun, usd: (amount: number) => string): RunBill {
  const {costUsd, unpricedCalls, counts, candidates, imported} = run;
  const unpriced = `${unpricedCalls} ${unpricedCalls === 1 ? "call" : "calls"}`;
  if (costUsd !== undefined) {
    const left = unpricedCalls > 0 ? `not counting ${unpriced} of unknown cost` : undefined;
    return {kind: "known", text: amountText(costUsd, left === undefined, usd), left};
  }
  if (imported) return {kind: "unstated", text: "the files state none"};
  if (counts.completed + counts.failed === 0) return {kind: "nothing", text: "nobody was called"};
  if (counts.failed === 0 && counts.reused === counts.completed)
    return {kind: "nothing", text: "nothing: all answers were in the store"};
  const isPriced = candidates.some(
    (one) => isBilledByApi(one) && (one.price ?? one.stages?.some(({price}) => price))
  );
  if (!isPriced) return {kind: "unstated", text: "no price stated"};
  return {
    kind: "unknown",
    text:
      unpricedCalls > 0
        ? `not known: ${unpriced} told no tokens`
        : "not known: no failed call told its tokens"
  };
}

/** At least so much, where some of it is not known. */
export function amountText(amount: number, isWhole: boolean, usd: (amount: number) => string): string {
  return `${isWhole ? "" : "at least "}${usd(amount)}`;
}
