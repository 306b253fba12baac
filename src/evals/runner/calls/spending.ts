import type {AttemptOutcome} from "../../../inference/endpoints/types.js";
import {PassingMap} from "../../../base/system/passing.js";
import {budgetSpent, createBudget, type Reservation} from "./budget.js";
import type {CallError, CallRequest} from "./executor.js";
import {mayBeBilled} from "./callErrors.js";

/** Keeps the calls of a run within a budget: every attempt is set aside before it is made. */
export interface Spending {
  /** Waits until an attempt fits beside those in flight; false when it never will, after telling the listeners why. */
  reserve(request: CallRequest): Promise<boolean>;
  /** Asked when a call gets its place: false where it no longer fits beside what was spent since. Nothing is set aside for it then. */
  holds(request: CallRequest): boolean;
  /**
   * For an attempt after one that failed, which cost `costUsd` where its reply said so, else counts as spent when it may have been billed. It does not wait: the call
   * has a place that calls with a reservation may be waiting for. False when it does not fit now.
   */
  reserveAgain(request: CallRequest, failed: AttemptOutcome, costUsd?: number): boolean;
  /** `costUsd`: of all attempts, undefined where it is not known. */
  settle(ended: {key: string; costUsd?: number; error?: CallError}): void;
  /** US dollars paid so far, calls that may have been billed at the most they cost. */
  readonly spentUsd: number;
  /** Why no more is spent, once that is so. */
  readonly stopped: string | undefined;
  /** Told once why no more is spent. */
  onStop(listener: (reason: string) => void): void;
  /** Ends all waiting: what does not fit now will not be reserved. */
  close(): void;
}

/** A budget of `limitUsd` US dollars over all calls of a start, those of scorers among them. */
export function createSpending(limitUsd: number): Spending {
  const budget = createBudget(limitUsd);
  const reservations = new PassingMap<Reservation>();
  /** US dollars of attempts that failed, by their open calls. */
  const settled = new Map<string, number>();
  let closed = false;
  let stopped: string | undefined;
  const listeners: ((reason: string) => void)[] = [];
  const stop = (reason: string) => {
    if (stopped !== undefined) return;
    stopped = reason;
    for (const listener of listeners) listener(reason);
  };
  let waiting: (() => void)[] = [];
  const changed = () => {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  const fits = ({key, candidate, worstCaseUsd: usd, promptUsd}: CallRequest): boolean => {
    const reservation = budget.reserve({candidate, usd, promptUsd});
    if (reservation) reservations.set(key, reservation);
    return reservation !== undefined;
  };
  const end = (key: string, isUnknown: boolean, costUsd?: number) => {
    const reservation = reservations.get(key);
    reservations.delete(key);
    if (isUnknown) reservation?.assumeSpent();
    else reservation?.settle(costUsd);
    changed();
  };
  return {
    async reserve(request) {
      for (;;) {
        if (fits(request)) return true;
        if (closed) return false;
        if (budget.open === 0) {
          stop(budgetSpent(budget.spentUsd, limitUsd, "in this start"));
          return false;
        }
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    holds({key}) {
      const held = reservations.get(key)?.fits ?? true;
      if (!held) end(key, false, 0);
      return held;
    },
    reserveAgain(request, failed, costUsd) {
      if (costUsd !== undefined) {
        const {key} = request;
        end(key, false, costUsd);
        settled.set(key, (settled.get(key) ?? 0) + costUsd);
        return fits(request);
      }
      // What was set aside for an attempt that cost nothing serves the next one.
      if (!mayBeBilled({...failed, kind: failed.kind ?? "endpoint"})) return true;
      end(request.key, true);
      return fits(request);
    },
    settle({key, error, costUsd}) {
      // An answer without its usage was billed too, also one before a model that failed.
      const isUnknown = costUsd === undefined && (!error || error.spent !== undefined);
      const rest = costUsd === undefined ? undefined : Math.max(0, costUsd - (settled.get(key) ?? 0));
      settled.delete(key);
      end(key, isUnknown || (error !== undefined && mayBeBilled(error)), rest);
    },
    get spentUsd() {
      return budget.spentUsd;
    },
    get stopped() {
      return stopped;
    },
    onStop: (listener) => void listeners.push(listener),
    close() {
      closed = true;
      changed();
    }
  };
}
