import {setTimeout as sleep} from "node:timers/promises";
import {UserError} from "../../../base/validation/index.js";
import type {CommandBudget} from "./commandBudget.js";

/** Something beside calls that is paid as a whole, such as a training elsewhere. */
export interface Payment {
  what: string;
  /** US dollars that it costs; undefined when nobody knows. */
  usd: number | undefined;
  signal?: AbortSignal;
}

/** How long others that may give back what they do not spend are left alone before the day is asked again. */
const LOOK_MS = 500;

/** Whether anything limits what a command spends. */
export function isLimited({limitUsd, ledger}: Pick<CommandBudget, "limitUsd" | "ledger">): boolean {
  return limitUsd < Infinity || ledger !== undefined;
}

/**
 * Takes a payment out of what a command may spend, before it is made. Throws a UserError, and takes nothing, where it does not fit or
 * its price is unknown.
 */
export async function payAtOnce(budget: CommandBudget, {what, usd, signal}: Payment): Promise<void> {
  if (isLimited(budget)) {
    if (usd === undefined)
      throw new UserError(
        `a budget needs prices, and none is known for ${what}. State \`wayThere\` of its candidate or "trainingPerMillion" in prices/*.json, or run without a budget.`
      );
    const toUsd = budget.spentUsd + usd;
    // Rounding in the last digit must not refuse what fits exactly.
    if (toUsd > budget.limitUsd * (1 + 1e-12))
      throw new UserError(
        `${what} costs $${usd.toFixed(4)}, and $${(budget.limitUsd - budget.spentUsd).toFixed(4)} of this command's $${budget.limitUsd} are left. Nothing was sent; raise --budget-usd.`
      );
    await granted(budget, {what, toUsd, signal});
  }
  budget.spentUsd += usd ?? 0;
}

async function granted(
  {ledger, spentUsd}: CommandBudget,
  {what, toUsd, signal}: {what: string; toUsd: number; signal?: AbortSignal}
): Promise<void> {
  while (ledger && toUsd > ledger.grantedUsd) {
    const answer = await ledger.grow(toUsd, spentUsd);
    if (answer === "never")
      throw new UserError(
        `${what} costs $${(toUsd - spentUsd).toFixed(4)}. Nothing was sent: ${ledger.reason()}`
      );
    if (answer === "later") await sleep(LOOK_MS, undefined, {signal});
  }
}
