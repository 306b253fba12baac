import {normalCdf, normalQuantile} from "./distributions/normal.js";
import {studentQuantile} from "./distributions/studentT.js";
import {widening} from "./groupedError.js";
import {sortedQuantile} from "./quantile.js";
import type {Interval} from "./types.js";

export interface BootstrapInterval extends Interval {
  estimate: number;
  /** Standard deviation of the resampled figures. */
  standardError: number;
  level: number;
  /** Bias-corrected and accelerated interval; undefined when the resamples do not vary. */
  bca: Interval | undefined;
  /** The percentile interval with its tails widened for few units: holds best below some 100 rows or groups. */
  expanded: Interval;
  p: number;
  resamples: number;
}

/**
 * Intervals of a ratio of sums from its bootstrap replicates: percentile, and BCa with the acceleration from the
 * jackknife over units, and the expanded percentile interval, whose tail is Φ(−√(u/(u−1)) · t(u−1)) for u units of equal size: the
 * bootstrap's variance is too small by (u − 1)/u, by more for units of unequal size (`groupedError`), and its quantiles are normal ones. Undefined below two units that have
 * rows, and without a finite replicate. Source of the last: Hesterberg (2015), The American Statistician 69.
 */
export function bootstrapInterval(
  replicates: Float64Array,
  sums: Float64Array,
  rows: Float64Array,
  level: number
): BootstrapInterval | undefined {
  let sum = 0;
  let count = 0;
  let units = 0;
  for (let i = 0; i < sums.length; i++) {
    sum += sums[i]!;
    count += rows[i]!;
    if (rows[i]! > 0) units++;
  }
  // A resample that happens to draw no row of this column has no mean.
  const sorted = replicates.filter(Number.isFinite).sort();
  if (units < 2 || sorted.length === 0) return undefined;
  const estimate = sum / count;
  const acceleration = skewness(sums, rows, sum, count);
  const {times, df} = widening(
    sums.map((total, i) => total - rows[i]! * estimate),
    rows
  )!;
  const tail = normalCdf(-times * studentQuantile((1 + level) / 2, df));
  return {
    ...describedInterval(sorted, estimate, acceleration, level),
    expanded: {low: sortedQuantile(sorted, tail)!, high: sortedQuantile(sorted, 1 - tail)!},
    estimate,
    level
  };
}

/** Interval, p value and spread from sorted replicates; `acceleration` undefined leaves out BCa. */
export function describedInterval(
  sorted: Float64Array,
  estimate: number,
  acceleration: number | undefined,
  level: number
) {
  const resamples = sorted.length;
  const tail = (1 - level) / 2;
  const at = (q: number) => sortedQuantile(sorted, q)!;
  let total = 0;
  let below = 0;
  let equal = 0;
  let far = 0;
  // Rounding must not decide whether a replicate equals the estimate.
  const slack = 1e-12 * (Math.abs(estimate) + Math.abs(sorted[0]!) + Math.abs(sorted[resamples - 1]!));
  for (const value of sorted) {
    total += value;
    if (Math.abs(value - estimate) <= slack) equal++;
    else if (value < estimate) below++;
    if (Math.abs(value - estimate) >= Math.abs(estimate) - slack) far++;
  }
  const center = total / resamples;
  let squares = 0;
  for (const value of sorted) squares += (value - center) ** 2;
  return {
    low: at(tail),
    high: at(1 - tail),
    bca: bca((below + equal / 2) / resamples, acceleration, tail, at),
    p: (1 + far) / (1 + resamples),
    standardError: Math.sqrt(squares / Math.max(1, resamples - 1)),
    resamples
  };
}

function bca(share: number, acceleration: number | undefined, tail: number, at: (q: number) => number) {
  if (acceleration === undefined || share <= 0 || share >= 1) return undefined;
  const bias = normalQuantile(share);
  const bound = (q: number): number => {
    const z = bias + normalQuantile(q);
    return at(normalCdf(bias + z / (1 - acceleration * z)));
  };
  return {low: bound(tail), high: bound(1 - tail)};
}

/** The jackknife's acceleration, Σu³ / (6 (Σu²)^{3/2}); undefined when leaving out a unit changes nothing. */
function skewness(sums: Float64Array, rows: Float64Array, sum: number, count: number): number | undefined {
  const left = new Float64Array(sums.length);
  let total = 0;
  let kept = 0;
  for (let i = 0; i < sums.length; i++) {
    if (rows[i] === 0 || count === rows[i]) continue;
    left[kept] = (sum - sums[i]!) / (count - rows[i]!);
    total += left[kept++]!;
  }
  let squares = 0;
  let cubes = 0;
  for (let i = 0; i < kept; i++) {
    const u = total / kept - left[i]!;
    squares += u * u;
    cubes += u * u * u;
  }
  return squares > 0 ? cubes / (6 * squares ** 1.5) : undefined;
}
