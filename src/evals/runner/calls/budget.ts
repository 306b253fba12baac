import {highestCost, type TokenPrice} from "../../../base/costs/index.js";

/**
 * A cap in US dollars that counts calls in flight at the most they can cost, or at what others of the candidate have cost where that
 * is more. Only calls in flight when a server first bills more than they can cost may pass it.
 */
export interface Budget {
  /** Sets the greatest cost of one call aside; undefined when it does not fit beside what is spent and set aside. */
  reserve(worstCase: WorstCase): Reservation | undefined;
  /** Paid since the start, unknown costs of calls that may have been billed at their worst case. */
  readonly spentUsd: number;
  /** Calls with a reservation that have not ended. */
  readonly open: number;
  /** US dollars spent and set aside. */
  readonly heldUsd: number;
  /** The limit at which a call fits now; Infinity for one that takes all there is. */
  needsUsd(worstCase: WorstCase): number;
}

/** Why no more calls are made; `when` says of what the budget was. */
export function budgetSpent(spentUsd: number, limitUsd: number, when?: string): string {
  const spent = when === undefined ? "spent" : `spent ${when}`;
  if (spentUsd > limitUsd)
    return `budget: $${spentUsd.toFixed(4)} ${spent}, $${(spentUsd - limitUsd).toFixed(4)} more than the $${limitUsd} allowed: calls in flight cost more than their prompts and max_tokens let expect, or have no max_tokens`;
  return `budget: $${spentUsd.toFixed(4)} of $${limitUsd} ${spent}, and the next call might not fit`;
}

export interface Reservation {
  /** Whether all that is set aside still fits: calls may have cost more than was known when this one was set aside. */
  readonly fits: boolean;
  /** What the call cost; undefined frees the reservation: nothing was billed. */
  settle(costUsd: number | undefined): void;
  /** The call may have been billed by an unknown amount: the worst case counts as spent. */
  assumeSpent(): void;
}

export interface WorstCase {
  candidate: string;
  /** Undefined when nothing bounds it: the dearest call of the candidate so far stands in, beside what the prompt can cost. */
  usd?: number;
  /** The most that the prompt can cost, where nothing bounds the answer; 0 when absent. */
  promptUsd?: number;
}

/**
 * The most a call can cost: every UTF-8 byte of the prompt may be a token, and the answers may use all of `maxTokens`; of a price with tiers the dearest that it can reach. 0 without a price; undefined when the parameters set no
 * bound on the answer.
 */
export function worstCaseUsd(
  price: TokenPrice | undefined,
  promptBytes: number,
  maxTokens: number | undefined
): number | undefined {
  if (!price) return 0;
  if (maxTokens === undefined) return undefined;
  return highestCost(price, {promptTokens: promptBytes, completionTokens: maxTokens});
}

/** What is known of one candidate's calls. */
interface CallCostBounds {
  /** US dollars of its dearest call so far. */
  dearest?: number;
  /** How many times the worst case that was stated for it a call has cost at most; 1 until one cost more. */
  times: number;
  /** US dollars by which a call has cost more than that worst case at most; 0 until one cost more. */
  excess: number;
  /** Worst cases of its open calls and how many have one, how many calls nothing bounds, their prompts, and what was set aside for the first of these. */
  bounded: number;
  openBounded: number;
  unbounded: number;
  prompts: number;
  first: number;
  open: number;
}

/** US dollars that calls count for whose worst cases are `usd` together. */
function expectedUsd({times, excess}: CallCostBounds, usd: number, calls: number): number {
  return Math.min(times * usd, usd + 2 * excess * calls);
}

function boundsOf(known: Map<string, CallCostBounds>, candidate: string): CallCostBounds {
  let one = known.get(candidate);
  if (!one) {
    one = {times: 1, excess: 0, bounded: 0, openBounded: 0, unbounded: 0, prompts: 0, first: 0, open: 0};
    known.set(candidate, one);
  }
  return one;
}

/** US dollars that the open calls of all candidates count for. */
function setAside(known: Map<string, CallCostBounds>): number {
  let usd = 0;
  for (const one of known.values())
    usd +=
      expectedUsd(one, one.bounded, one.openBounded) +
      one.unbounded * (one.dearest ?? 0) +
      one.prompts +
      one.first;
  return usd;
}

/**
 * Without a bound on its answers a candidate's first call runs alone, since all that is left has to be set aside for
 * it; from then on a call in flight counts for its prompt and the dearest call so far: a longer prompt costs more than that. A server may bill more than the worst case, such as
 * reasoning beyond `max_tokens` or a prompt of its own: then every call of the candidate, those in flight among them, counts so many
 * times its own, but not more than it and twice the dollars of that excess: what a short call had in excess a long one has no
 * hundred times.
 */
export function createBudget(limit: number | (() => number)): Budget {
  const limitUsd = typeof limit === "number" ? () => limit : limit;
  let spent = 0;
  let open = 0;
  const known = new Map<string, CallCostBounds>();
  const knownOf = (candidate: string) => boundsOf(known, candidate);
  const held = () => spent + setAside(known);
  const left = () => limitUsd() - held();
  // Rounding in the last digit must not leave a budget that fits exactly unused.
  const slack = () => 1e-12 * limitUsd();
  return {
    needsUsd({candidate, usd, promptUsd = 0}) {
      const own = knownOf(candidate);
      if (usd === undefined && own.dearest === undefined) return Infinity;
      return held() + (usd === undefined ? own.dearest! + promptUsd : expectedUsd(own, usd, 1));
    },
    reserve({candidate, usd, promptUsd = 0}) {
      const own = knownOf(candidate);
      const unbounded = (first: number) => (own.dearest === undefined ? first : own.dearest + promptUsd);
      // All that is left, and no less than the prompt costs: nothing left is no room.
      const amount =
        usd === undefined ? unbounded(Math.max(limitUsd() - spent, promptUsd)) : expectedUsd(own, usd, 1);
      const rest = left();
      if (amount > rest + slack() || (amount > 0 && rest <= 0)) return undefined;
      const isFirst = usd === undefined && own.dearest === undefined;
      const isUnbounded = usd === undefined && !isFirst;
      own.bounded += usd ?? 0;
      if (usd !== undefined) own.openBounded++;
      if (isUnbounded) {
        own.unbounded++;
        own.prompts += promptUsd;
      }
      if (isFirst) own.first += amount;
      own.open++;
      open++;
      let settled = false;
      const close = (costUsd: number) => {
        if (settled) return;
        settled = true;
        open--;
        own.open--;
        if (usd !== undefined) own.openBounded--;
        if (isUnbounded) own.unbounded--;
        if (isUnbounded) own.prompts = own.open === 0 ? 0 : own.prompts - promptUsd;
        // A sum that is empty again is exactly zero: drift would pile up over many calls.
        own.bounded = own.open === 0 ? 0 : own.bounded - (usd ?? 0);
        if (isFirst) own.first = own.open === 0 ? 0 : own.first - amount;
        spent += costUsd;
      };
      return {
        get fits() {
          return left() >= -slack();
        },
        settle(costUsd) {
          if (costUsd !== undefined) {
            own.dearest = Math.max(costUsd, own.dearest ?? 0);
            if (usd !== undefined && usd > 0) {
              own.times = Math.max(own.times, costUsd / usd);
              own.excess = Math.max(own.excess, costUsd - usd);
            }
          }
          close(costUsd ?? 0);
        },
        assumeSpent: () => close(usd === undefined ? unbounded(amount) : expectedUsd(own, usd, 1))
      };
    },
    get spentUsd() {
      return spent;
    },
    get open() {
      return open;
    },
    get heldUsd() {
      return held();
    }
  };
}
