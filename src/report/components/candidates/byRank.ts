import type {VerdictsData} from "../../site/types.js";

/** Verdicts by run, of which the order of candidates is taken. */
export type RankedRuns = Pick<VerdictsData, "runs">;

/**
 * What a run's candidates have, in its verdict's order, the best first, as every page has them. As it was where the pages have no verdict
 * of the run, and at the end what the verdict does not rank. A candidate with several prompts stands where its best one does.
 */
export function byRank<T>(
  rows: readonly T[],
  nameOf: (row: T) => string,
  {run, verdicts}: {run: string; verdicts?: RankedRuns}
): T[] {
  const summaries = verdicts?.runs.find(({id}) => id === run)?.verdict.summaries ?? [];
  const rank = (row: T) => {
    const name = nameOf(row);
    const found = summaries.findIndex(
      ({candidate}) => candidate === name || candidate.startsWith(`${name} · `)
    );
    return found < 0 ? summaries.length : found;
  };
  return [...rows].sort((a, b) => rank(a) - rank(b));
}
