import {normalQuantile} from "./distributions/normal.js";
import {studentQuantile} from "./distributions/studentT.js";
import {mean} from "./mean.js";
import {isPresent} from "./present.js";
import {resampledMeans} from "./resampledMeans.js";
import type {Seed} from "./seed.js";
import type {Clusters, Scores} from "./types.js";

/** With fewer rows or groups, intervals of skewed values such as token counts hold too seldom, and are too wide to be of use. */
const FEWEST_UNITS = 5;

/**
 * `resampledMeans`, stretched about each column's own mean so that the 2.5% and 97.5% quantiles are as far from it as those of
 * Student's t: the bootstrap's variance is too small by (u − 1)/u for u rows or groups with a value, and its quantiles are normal
 * ones. Figures computed of the resamples take their intervals from them as they are. NaN throughout for a column of fewer than 5
 * units. Source: Hesterberg (2015), The American Statistician 69, who widens the tail where this widens the spread.
 */
export function widenedMeans(
  columns: readonly Scores[],
  options: {seed: Seed; resamples: number; clusters?: Clusters}
): Float64Array[] {
  return resampledMeans(columns, options).map((means, c) => {
    const column = columns[c]!;
    const units = unitsOf(column, options.clusters);
    if (units < FEWEST_UNITS) return means.fill(NaN);
    const center = mean(column)!;
    const wider =
      Math.sqrt(units / (units - 1)) * (studentQuantile(0.975, units - 1) / normalQuantile(0.975));
    return means.map((value) => center + wider * (value - center));
  });
}

/** Rows without a group are each a unit. */
function unitsOf(column: Scores, clusters: Clusters | undefined): number {
  const groups = new Set<string | number>();
  let alone = 0;
  for (let i = 0; i < column.length; i++) {
    if (!isPresent(column[i])) continue;
    const group = clusters?.[i];
    if (group == null) alone++;
    else groups.add(group);
  }
  return alone + groups.size;
}
