/** What a start within a budget would come to. */
export interface BudgetForecast {
  usd: number;
  /** Why the run would be refused: a price is not known. */
  refusal?: string;
  /**
   * Whether the expected cost of the candidates' calls is within it; undefined when that cost is unknown or the run would
   * be refused.
   */
  fits?: boolean;
}

/** Undefined without a budget, and where nothing would be asked. */
export function budgetForecast(
  usd: number | undefined,
  {calls, costUsd, scorers}: {calls: number; costUsd?: number; scorers: readonly {calls: number}[]},
  refusal: string | undefined
): BudgetForecast | undefined {
  if (usd === undefined) return undefined;
  if (refusal !== undefined) return {usd, refusal};
  if (calls === 0 && scorers.every((scorer) => scorer.calls === 0)) return undefined;
  return {usd, fits: costUsd === undefined ? undefined : costUsd <= usd};
}
