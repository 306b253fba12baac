import type {CommandBudget} from "./calls/commandBudget.js";

/** What a start within a budget would come to. */
export interface BudgetForecast {
  usd: number;
  /** US dollars that evals and splits before it in the command are expected to take of it. */
  earlierUsd?: number;
  /** True when it is what the project's day has left. */
  ofDay?: boolean;
  /** Why the run would be refused: a price is not known. */
  refusal?: string;
  /**
   * Whether the expected cost of the candidates' calls is within it; undefined when that cost is unknown or the run would
   * be refused.
   */
  fits?: boolean;
}

/** Undefined without a budget, and where nothing would be asked. What it expects counts for the command's next. */
export async function budgetForecast(
  command: CommandBudget,
  {calls, costUsd, scorers}: {calls: number; costUsd?: number; scorers: readonly {calls: number}[]},
  refusal: string | undefined
): Promise<BudgetForecast | undefined> {
  const earlierUsd = command.expectedUsd;
  command.expectedUsd = earlierUsd === undefined || costUsd === undefined ? undefined : earlierUsd + costUsd;
  const leftUsd = (await command.ledger?.leftUsd()) ?? Infinity;
  const usd = Math.min(command.limitUsd, leftUsd);
  if (usd === Infinity) return undefined;
  const ofDay = leftUsd < command.limitUsd ? true : undefined;
  if (refusal !== undefined) return {usd, ofDay, refusal};
  if (calls === 0 && scorers.every((scorer) => scorer.calls === 0)) return undefined;
  const fits = costUsd === undefined || earlierUsd === undefined ? undefined : earlierUsd + costUsd <= usd;
  return {usd, ofDay, earlierUsd: earlierUsd || undefined, fits};
}
