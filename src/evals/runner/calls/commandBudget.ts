import type {Store, Workspace} from "../../../base/store/index.js";
import {type DayLedger, openDayLedger} from "./dayLedger.js";

/** What the starts of one command may spend together: all its evals, splits, races and rebuilt runs, with their scorers. */
export interface CommandBudget {
  /** US dollars of `--budget-usd`; Infinity without. */
  readonly limitUsd: number;
  /** The project's budget of the day, where it states one. */
  readonly ledger?: DayLedger;
  /** US dollars that starts which have ended spent. */
  spentUsd: number;
  /** US dollars that its dry runs so far expect to spend; undefined when one of them is not known. */
  expectedUsd: number | undefined;
  /** To be called when nothing is spent any more. */
  end(): Promise<void>;
}

/**
 * The budget of a command: what it was given, and what its project's day has left. Throws UserError when the latter cannot be kept.
 * @param what the command, for others who look at the day's spending
 */
export async function openCommandBudget(
  workspace: Workspace,
  limitUsd: number | undefined,
  what: string,
  now?: () => number
): Promise<CommandBudget> {
  const ledger = await openDayLedger(workspace, what, now);
  const budget: CommandBudget = {
    limitUsd: limitUsd ?? Infinity,
    ledger,
    spentUsd: 0,
    expectedUsd: 0,
    end: async () => ledger?.end(budget.spentUsd)
  };
  return budget;
}

/** What of a run's inputs its budget comes from. */
interface BudgetInputs {
  store: Store;
  evalName: string;
  options?: {budgetUsd?: number};
  effects?: {now?(): number};
  budget?: CommandBudget;
}

/** Gives work on an eval the budget of its command, or one of its own where it comes without. */
export async function withinBudget<I extends BudgetInputs, T>(
  inputs: I,
  work: (inputs: I & {budget: CommandBudget}) => Promise<T>
): Promise<T> {
  const {store, evalName, options, effects, budget: given} = inputs;
  if (given) return work({...inputs, budget: given});
  const {budgetUsd} = options ?? {};
  const budget = await openCommandBudget(store.workspace, budgetUsd, `run ${evalName}`, effects?.now);
  try {
    return await work({...inputs, budget});
  } finally {
    await budget.end();
  }
}
