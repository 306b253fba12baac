import type {OtherSplit, RunView} from "./types.js";

/**
 * Other splits of the same data on which the candidate that a verdict names, or the best, scored outside the interval it has here, or
 * which name another candidate. Of each split one, the same eval's before another's; the lowest score first. Random splits are left
 * to `splitComparison`.
 */
export function otherSplits(run: RunView, runs: readonly RunView[]): OtherSplit[] {
  const here = run.verdict.summaries;
  const found = new Map<string, OtherSplit>();
  const isSame = (one: RunView) => one.eval === run.eval;
  for (const other of [...runs].sort((a, b) => Number(isSame(b)) - Number(isSame(a)))) {
    if (!isComparable(run, other) || found.has(other.split.name)) continue;
    const action = isSame(other) && other.named !== run.named ? other.verdict.action : undefined;
    for (const candidate of new Set([run.named, run.verdict.best])) {
      const own = here.find((one) => one.candidate === candidate);
      const there = other.verdict.summaries.find((one) => one.candidate === candidate);
      if (own?.low === undefined || own.high === undefined || there?.mean === undefined) continue;
      const {mean, low, high} = there;
      if (action === undefined && mean >= own.low && mean <= own.high) continue;
      found.set(other.split.name, {
        run: other.id,
        eval: other.eval,
        split: other.split.name,
        candidate: own.candidate,
        mean,
        low,
        high,
        action
      });
      break;
    }
  }
  return [...found.values()].sort((a, b) => a.mean - b.mean);
}

/** Scores by the same scorer on the same version, on another split that divides rows by more than chance. */
function isComparable(run: RunView, other: RunView): boolean {
  return (
    other.split.name !== run.split.name &&
    other.split.strategy !== "random" &&
    other.split.strategy !== "stratified" &&
    other.split.part === run.split.part &&
    other.dataset.name === run.dataset.name &&
    other.dataset.version === run.dataset.version &&
    other.primaryScorer === run.primaryScorer &&
    other.verdict.figure === run.verdict.figure
  );
}
