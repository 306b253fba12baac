import {pairwise, scoreTable, type Verdict} from "../decisions/index.js";
import type {Finalists} from "./index.js";
import type {RunManifest, Store} from "../../base/store/index.js";

/** A winner's score minus another's, in the units of the scores. */
export interface Over {
  difference?: number;
  low?: number;
  high?: number;
}

export interface FinalFacts {
  winner: string;
  model?: string;
  score?: {mean?: number; low?: number; high?: number; rows: number};
  /** The parent with the best score on the final part. */
  bestParent: string;
  /** The winner over every other parent, the intervals of all of them together at the verdict's level. */
  overParents: ({parent: string} & Over)[];
  /** The winner over the best of its parents, whichever that is; absent when a parent won or the figures are. */
  overBestParent?: Over;
}

/** What the final run of a search says of its winner. */
export async function factsOf(
  store: Store,
  run: RunManifest,
  verdict: Verdict,
  {winner, parents, leadingParent}: Finalists
): Promise<FinalFacts> {
  const {summaries, alpha} = verdict;
  const summary = summaries.find(({candidate}) => candidate === winner);
  const others = parents.filter((name) => name !== winner);
  const table = await scoreTable(store, run.id, run.primaryScorer);
  const {pairs} = pairwise(table, [], {alpha: alpha / Math.max(1, others.length)});
  const overParents = others.map((parent) => {
    const own = pairs.find(({a, b}) => a === winner && b === parent);
    if (own) return {parent, difference: own.difference, low: own.low, high: own.high};
    const turned = pairs.find(({a, b}) => a === parent && b === winner);
    return {
      parent,
      difference: less(turned?.difference),
      low: less(turned?.high),
      high: less(turned?.low)
    };
  });
  const means = parents.flatMap((name) => {
    const mean = summaries.find(({candidate}) => candidate === name)?.mean;
    return mean === undefined ? [] : [{name, mean}];
  });
  means.sort((a, b) => b.mean - a.mean);
  return {
    winner,
    model: run.candidates.find(({name}) => name === winner)?.modelId,
    score: summary && {mean: summary.mean, low: summary.low, high: summary.high, rows: summary.scored},
    bestParent: means[0]?.name ?? leadingParent,
    overParents,
    overBestParent: parents.includes(winner) ? undefined : overTheBest(overParents)
  };
}

function less(value: number | undefined): number | undefined {
  return value === undefined ? undefined : -value;
}

/**
 * The least difference from any of several: intervals that hold for all of them together hold for it, between the least of their
 * lower ends and the least of their upper ones. Undefined unless all have figures.
 */
export function overTheBest(others: readonly Over[]): Over | undefined {
  const least = (of: keyof Over) => {
    const values = others.map((one) => one[of]);
    return values.every((value) => value !== undefined) ? Math.min(...values) : undefined;
  };
  const [difference, low, high] = [least("difference"), least("low"), least("high")];
  const isKnown = others.length > 0 && difference !== undefined && low !== undefined && high !== undefined;
  return isKnown ? {difference, low, high} : undefined;
}
