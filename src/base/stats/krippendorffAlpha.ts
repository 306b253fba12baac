import {agreementInterval, chanceDisagreement} from "./agreementInterval.js";
import type {ClassLabel} from "./confusion.js";
import {studentQuantile} from "./distributions/studentT.js";
import {errorOfGroups} from "./groupedError.js";
import type {Clusters, Interval} from "./types.js";

export type AlphaMetric = "nominal" | "ordinal" | "interval" | "ratio";

/** Squared distance of two values; `below` is how many ratings are lower than a value, and how many are it. */
type Distance = (a: RatedValue, b: RatedValue) => number;

interface RatedValue {
  value: number;
  below: number;
  count: number;
}

/** Of two values that are not the same. */
const distances: Record<AlphaMetric, Distance> = {
  nominal: () => 1,
  // The ratings from one value to the other, of these two values half.
  ordinal: (a, b) => {
    const [low, high] = a.below < b.below ? [a, b] : [b, a];
    return (high.below + high.count - low.below - (low.count + high.count) / 2) ** 2;
  },
  interval: (a, b) => (a.value - b.value) ** 2,
  ratio: (a, b) => (a.value + b.value === 0 ? 0 : ((a.value - b.value) / (a.value + b.value)) ** 2)
};

/**
 * Krippendorff's alpha for any number of raters with gaps: ratings[unit] lists the ratings a unit got (missing ones
 * null or undefined). 1 − observed/expected disagreement, where two ratings disagree by 1 if they differ (`nominal`), by the
 * square of the ratings that lie between them (`ordinal`), of their distance (`interval`), or of their distance over their
 * sum (`ratio`, from 0 up). All but `nominal` are of numbers. Units with fewer than two ratings do not matter.
 * Undefined when no unit has two ratings, or when all ratings are equal, since then no disagreement was possible. Throws
 * on another metric, and on ratings that the metric does not fit.
 * Source: Krippendorff (2011), "Computing Krippendorff's alpha-reliability".
 */
export function krippendorffAlpha(
  ratings: readonly ArrayLike<ClassLabel>[],
  {metric = "nominal"}: {metric?: AlphaMetric} = {}
): number | undefined {
  return alphaOf(ratings, metric)?.alpha;
}

export interface AlphaInterval extends Interval {
  alpha: number;
  /** Units with two ratings or more. */
  n: number;
  level: number;
}

/**
 * Krippendorff's alpha with an interval, over units or over the groups that `clusters` names for each unit. Where any two ratings that
 * differ do so by the same (`nominal`, or two values), and where leaving out one group leaves no disagreement, it is made as `cohenKappa`'s:
 * the alphas that a test does not reject. Graded ratings have Fisher's z of alpha ± t times its standard error, the jackknife's that
 * leaves out one group after the other. Undefined when alpha is, and with a single unit or group.
 */
export function krippendorffInterval(
  ratings: readonly ArrayLike<ClassLabel>[],
  {
    metric = "nominal",
    clusters,
    level = 0.95
  }: {metric?: AlphaMetric; clusters?: Clusters; level?: number} = {}
): AlphaInterval | undefined {
  const found = alphaOf(ratings, metric);
  if (!found) return undefined;
  const {alpha, units, values, distance, apart} = found;
  const list = [...values.values()];
  const n = units.reduce((sum, {keys}) => sum + keys.length, 0);
  const chance = chanceDisagreement(
    list.map(({count}) => count / n),
    (i, j) => distance(list[i]!, list[j]!)
  );
  const ofKey = new Map([...values.keys()].map((key, i) => [key, chance.ofValue[i]!]));
  const groups = groupsOf(units, clusters).map(({keys, apart: observed}) => ({
    keys,
    observed,
    expected: keys.reduce<number>((sum, key) => sum + ofKey.get(key)!, 0)
  }));
  const observed = groups.reduce((sum, group) => sum + group.observed, 0);
  const error = errorOfGroups(
    Float64Array.from(
      groups,
      (of) =>
        (of.keys.length * observed) / n -
        of.observed +
        2 * (1 - alpha) * (of.expected - of.keys.length * chance.mean)
    ),
    Float64Array.from(groups, ({keys}) => keys.length)
  );
  if (!error) return undefined;
  const critical = studentQuantile((1 + level) / 2, error.df);
  const isAllOrNothing = metric === "nominal" || list.length === 2;
  const without = groups.map(({keys, observed: own, expected}) => {
    const left = n * (n * chance.mean - 2 * expected) + apart(keys);
    return 1 - (observed - own) / (left / (n - keys.length - 1));
  });
  const {low, high} =
    isAllOrNothing || ![alpha, ...without].every((one) => Math.abs(one) < 1 - 1e-9)
      ? agreementInterval(alpha, chance, {
          standardError: error.standardError / chance.mean,
          critical,
          units: error.effectiveClusters,
          most: isAllOrNothing ? n - units.length : Infinity
        })
      : fisherInterval(alpha, without, critical);
  return {alpha, low, high, n: units.length, level};
}

function fisherInterval(alpha: number, without: readonly number[], critical: number): Interval {
  const z = Math.atanh(alpha);
  const squares = without.reduce((sum, one) => sum + (z - Math.atanh(one)) ** 2, 0);
  const half = critical * Math.sqrt(((without.length - 1) / without.length) * squares);
  return {low: Math.tanh(z - half), high: Math.tanh(z + half)};
}

type Key = string | number;

/** Ratings, and the disagreement of a unit's (or of several units') own ones, as often as it has ratings. */
interface Unit {
  /** Its place among all units. */
  at: number;
  keys: Key[];
  apart: number;
}

function groupsOf(units: readonly Unit[], clusters: Clusters | undefined): Omit<Unit, "at">[] {
  const groups = new Map<Key, Omit<Unit, "at">>();
  for (const {at, keys, apart} of units) {
    const name = clusters?.[at] ?? `unit\0${at}`;
    const known = groups.get(name);
    groups.set(name, known ? {keys: [...known.keys, ...keys], apart: known.apart + apart} : {keys, apart});
  }
  return [...groups.values()];
}

function alphaOf(ratings: readonly ArrayLike<ClassLabel>[], metric: AlphaMetric) {
  if (!Object.hasOwn(distances, metric))
    throw new Error(
      `Krippendorff's alpha: unknown metric ${JSON.stringify(metric)}; there are nominal, ordinal, interval and ratio`
    );
  const rated = ratings
    .map((unit, at) => ({
      at,
      ratings: Array.from(unit).filter((rating) => rating != null && !Number.isNaN(rating))
    }))
    .filter(({ratings}) => ratings.length >= 2);
  const all = rated.flatMap(({ratings}) => ratings);
  if (all.length === 0) return undefined;
  const values = metric === "nominal" ? labelsOf(all) : valuesOf(all, metric);
  const distance = distances[metric];
  const apart = (keys: readonly Key[]) => {
    const counts = [...countedValues(keys)];
    let sum = 0;
    for (let i = 0; i < counts.length; i++)
      for (let j = i + 1; j < counts.length; j++) {
        const [[a, m], [b, n]] = [counts[i]!, counts[j]!];
        sum += 2 * m * n * distance(values.get(a)!, values.get(b)!);
      }
    return sum;
  };
  const keyOf = (rating: ClassLabel) => (metric === "nominal" ? String(rating) : Number(rating));
  const expected = apart(all.map(keyOf)) / (all.length - 1);
  if (expected <= 0) return undefined;
  const units = rated.map(({at, ratings}): Unit => {
    const keys = ratings.map(keyOf);
    return {at, keys, apart: apart(keys) / (keys.length - 1)};
  });
  const observed = units.reduce((sum, unit) => sum + unit.apart, 0);
  return {alpha: 1 - observed / expected, units, values, distance, apart};
}

function labelsOf(ratings: readonly ClassLabel[]): Map<Key, RatedValue> {
  return new Map(
    [...countedValues(ratings.map(String))].map(([key, count]) => [key, {value: NaN, below: 0, count}])
  );
}

function valuesOf(ratings: readonly ClassLabel[], metric: AlphaMetric): Map<Key, RatedValue> {
  const numbers = ratings.map((rating) => (rating === "" ? NaN : Number(rating)));
  const wrong = numbers.findIndex((value) => !Number.isFinite(value) || (metric === "ratio" && value < 0));
  if (wrong >= 0)
    throw new Error(
      `Krippendorff's alpha: the rating ${JSON.stringify(ratings[wrong])} is no number${metric === "ratio" ? " from 0 up" : ""}, as the metric "${metric}" needs`
    );
  const values = new Map<Key, RatedValue>();
  let below = 0;
  for (const [value, count] of [...countedValues(numbers)].sort(([a], [b]) => a - b)) {
    values.set(value, {value, below, count});
    below += count;
  }
  return values;
}

function countedValues<T>(ratings: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const rating of ratings) counts.set(rating, (counts.get(rating) ?? 0) + 1);
  return counts;
}
