import {type ClusteredError, clusteredStandardError} from "./clusteredStandardError.js";
import {isPresent} from "./present.js";
import type {Clusters, Scores} from "./types.js";

/**
 * Standard error of the mean for rows that go together in two ways at once, neither nested in the other (a question asked in
 * several languages, and a language with several questions): √(V₁ + V₂ − V₁₂) of the three one-way variances, the last by the
 * groups that share both. Each has its own correction for few groups; `clusters` is the smaller number of groups, and
 * df one less. Where the sum is not positive, as few groups may make it, the greater of the two one-way errors stands.
 * Undefined below two groups either way. Source: Cameron, Gelbach and Miller (2011), JBES 29, 238–249.
 */
export function twoWayStandardError(
  scores: Scores,
  first: Clusters,
  second: Clusters
): ClusteredError | undefined {
  const one = clusteredStandardError(scores, first);
  const two = clusteredStandardError(scores, second);
  const both = clusteredStandardError(scores, intersection(scores, first, second));
  if (!one || !two || !both) return undefined;
  const variance = one.standardError ** 2 + two.standardError ** 2 - both.standardError ** 2;
  const clusters = Math.min(one.clusters, two.clusters);
  return {
    standardError: variance > 0 ? Math.sqrt(variance) : Math.max(one.standardError, two.standardError),
    clusters,
    df: clusters - 1
  };
}

/** A group for each pair of groups; rows that lack one of the two are on their own. */
export function intersection(scores: Scores, first: Clusters, second: Clusters): (string | undefined)[] {
  return Array.from({length: scores.length}, (_, i) => {
    const [a, b] = [first[i], second[i]];
    return a == null || b == null || !isPresent(scores[i]) ? undefined : JSON.stringify([a, b]);
  });
}
