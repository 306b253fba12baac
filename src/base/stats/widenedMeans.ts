import {normalQuantile} from "./distributions/normal.js";
import {studentQuantile} from "./distributions/studentT.js";
import {widening} from "./groupedError.js";
import {groupRows} from "./groupRows.js";
import {mean} from "./moments.js";
import {resampledMeans} from "./resampledMeans.js";
import type {Seed} from "./seed.js";
import type {Clusters, Scores} from "./types.js";

/** With fewer rows or groups, intervals of skewed values such as token counts hold too seldom, and are too wide to be of use. */
const FEWEST_UNITS = 5;

/**
 * `resampledMeans`, stretched about each column's own mean so that the 2.5% and 97.5% quantiles are as far from it as those of
 * Student's t: the bootstrap's variance is too small, by (u − 1)/u for u rows or groups with equally many values and by what
 * `groupedError` finds more for unequal ones, and its quantiles are normal ones. Figures computed of the resamples take their intervals from them as they are. NaN throughout for a column of fewer than 5
 * units. Source: Hesterberg (2015), The American Statistician 69, who widens the tail where this widens the spread.
 */
export function widenedMeans(
  columns: readonly Scores[],
  options: {seed: Seed; resamples: number; clusters?: Clusters}
): Float64Array[] {
  return resampledMeans(columns, options).map((means, c) => {
    const column = columns[c]!;
    const {values, group, count} = groupRows(column, options.clusters ?? new Array<null>(column.length));
    if (count < FEWEST_UNITS) return means.fill(NaN);
    const center = mean(values)!;
    const sums = new Float64Array(count);
    const rows = new Float64Array(count);
    for (let i = 0; i < values.length; i++) {
      sums[group[i]!]! += values[i]! - center;
      rows[group[i]!]!++;
    }
    const {times, df} = widening(sums, rows)!;
    const wider = times * (studentQuantile(0.975, df) / normalQuantile(0.975));
    return means.map((value) => center + wider * (value - center));
  });
}
