import {highestCost, type TokenPrice} from "../../costs/index.js";

/** A hard cap in US dollars that counts calls in flight at the most they can cost. */
export interface Budget {
  /** Sets the greatest cost of one call aside; undefined when it does not fit beside what is spent and set aside. */
  reserve(worstCase: WorstCase): Reservation | undefined;
  /** Paid since the start, unknown costs of calls that may have been billed at their worst case. */
  readonly spentUsd: number;
  /** Calls with a reservation that have not ended. */
  readonly open: number;
}

/** Why no more calls are made; `when` says of what the budget was. */
export function budgetSpent(spentUsd: number, limitUsd: number, when?: string): string {
  const spent = when === undefined ? "spent" : `spent ${when}`;
  return `budget: $${spentUsd.toFixed(4)} of $${limitUsd} ${spent}, and the next call might not fit`;
}

export interface Reservation {
  /** What the call cost; undefined frees the reservation: nothing was billed. */
  settle(costUsd: number | undefined): void;
  /** The call may have been billed by an unknown amount: the worst case counts as spent. */
  assumeSpent(): void;
}

export interface WorstCase {
  candidate: string;
  /** Undefined when nothing bounds it: the dearest call of the candidate so far stands in. */
  usd?: number;
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

/**
 * Without a bound on its answers a candidate's first call runs alone, since all that is left has to be set aside for
 * it; from then on its dearest call so far is what a call in flight counts for.
 */
export function createBudget(limitUsd: number): Budget {
  let spent = 0;
  let reserved = 0;
  let open = 0;
  const dearest = new Map<string, number>();
  return {
    reserve({candidate, usd}) {
      const left = limitUsd - spent - reserved;
      const amount = usd ?? dearest.get(candidate) ?? limitUsd - spent;
      // Rounding in the last digit must not leave a budget that fits exactly unused.
      if (amount > left + 1e-12 * limitUsd || (amount > 0 && left <= 0)) return undefined;
      reserved += amount;
      open++;
      let settled = false;
      const close = (costUsd: number) => {
        if (settled) return;
        settled = true;
        open--;
        // A sum that is empty again is exactly zero: drift would pile up over many calls.
        reserved = open === 0 ? 0 : reserved - amount;
        spent += costUsd;
      };
      return {
        settle(costUsd) {
          if (costUsd !== undefined) dearest.set(candidate, Math.max(costUsd, dearest.get(candidate) ?? 0));
          close(costUsd ?? 0);
        },
        assumeSpent: () => close(usd ?? dearest.get(candidate) ?? amount)
      };
    },
    get spentUsd() {
      return spent;
    },
    get open() {
      return open;
    }
  };
}
