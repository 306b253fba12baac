import type {AttemptOutcome, EndpointErrorKind} from "../../endpoints/types.js";
import {type Budget, createBudget, type Reservation} from "./budget.js";
import type {CallOutcome, CallRequest} from "./executor.js";

/** Kinds of error after which the server may have done the work, and billed it. */
const MAYBE_BILLED = new Set<EndpointErrorKind | "endpoint">([
  "timeout",
  "truncated-stream",
  "malformed",
  "aborted"
]);

/** Keeps the calls of a run within a budget: every attempt is set aside before it is made. */
export interface Spending {
  /** Waits until an attempt fits beside those in flight; false when it never will, after telling `stop` why. */
  reserve(request: CallRequest): Promise<boolean>;
  /** The same for an attempt after one that failed, which counts as spent when it may have been billed. */
  reserveAgain(request: CallRequest, failed: AttemptOutcome): Promise<boolean>;
  settle(outcome: CallOutcome): void;
  /** Ends all waiting: what does not fit now will not be reserved. */
  close(): void;
}

/** A budget of `limitUsd` US dollars over all calls of a start. */
export function createSpending(limitUsd: number, stop: (reason: string) => void): Spending {
  const budget = createBudget(limitUsd);
  const reservations = new Map<string, Reservation>();
  let closed = false;
  let waiting: (() => void)[] = [];
  const changed = () => {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  const reserve = async (request: CallRequest): Promise<boolean> => {
    const {key, candidate, worstCaseUsd: usd} = request;
    for (;;) {
      const reservation = budget.reserve({candidate, usd});
      if (reservation) {
        reservations.set(key, reservation);
        return true;
      }
      if (closed) return false;
      if (budget.open === 0) {
        stop(stopText(limitUsd, budget));
        return false;
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  const end = (key: string, kind: EndpointErrorKind | "endpoint" | undefined, costUsd?: number) => {
    const reservation = reservations.get(key);
    reservations.delete(key);
    if (kind !== undefined && MAYBE_BILLED.has(kind)) reservation?.assumeSpent();
    else reservation?.settle(costUsd);
    changed();
  };
  return {
    reserve,
    async reserveAgain(request, {kind}) {
      // What was set aside for an attempt that cost nothing serves the next one.
      if (kind === undefined || !MAYBE_BILLED.has(kind)) return true;
      end(request.key, kind);
      return reserve(request);
    },
    settle: ({key, completion, error}) => end(key, error?.kind, completion?.costUsd),
    close() {
      closed = true;
      changed();
    }
  };
}

function stopText(limitUsd: number, budget: Budget): string {
  return `budget: $${budget.spentUsd.toFixed(4)} of $${limitUsd} spent, and the next call might not fit`;
}
