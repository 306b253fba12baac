import {isPresent} from "./present.js";
import {mean} from "./moments.js";
import type {Clusters, Scores} from "./types.js";

export interface Groups {
  values: Float64Array;
  /** Group number of each value, 0 … count − 1. */
  group: Int32Array;
  count: number;
}

/** Present scores with a consecutive group number each; a row without a group is a group of its own. */
export function groupRows(scores: Scores, clusters: Clusters): Groups {
  if (clusters.length !== scores.length)
    throw new Error(`clusters: ${clusters.length} entries for ${scores.length} scores`);
  const numbers = new Map<string | number, number>();
  const values = new Float64Array(scores.length);
  const group = new Int32Array(scores.length);
  let n = 0;
  let count = 0;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i];
    if (!isPresent(score)) continue;
    const name = clusters[i];
    let number = name == null ? undefined : numbers.get(name);
    if (number === undefined) {
      number = count++;
      if (name != null) numbers.set(name, number);
    }
    values[n] = score;
    group[n++] = number;
  }
  return {values: values.subarray(0, n), group: group.subarray(0, n), count};
}

/** By group, the sum of its scores' deviations from the mean of all and its number of rows; undefined without a score. */
export function groupSums(
  scores: Scores,
  clusters: Clusters
): {sums: Float64Array; rows: Float64Array} | undefined {
  const {values, group, count} = groupRows(scores, clusters);
  const center = mean(values);
  if (center === undefined) return undefined;
  const sums = new Float64Array(count);
  const rows = new Float64Array(count);
  for (let i = 0; i < values.length; i++) {
    sums[group[i]!]! += values[i]! - center;
    rows[group[i]!]!++;
  }
  return {sums, rows};
}
