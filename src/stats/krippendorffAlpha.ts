import type {Label} from "./confusion.js";

export type AlphaMetric = "nominal" | "ordinal" | "interval" | "ratio";

/** Squared distance of two values; `below` is how many ratings are lower than a value, and how many are it. */
type Distance = (a: Value, b: Value) => number;

interface Value {
  value: number;
  below: number;
  count: number;
}

const distances: Record<Exclude<AlphaMetric, "nominal">, Distance> = {
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
  ratings: readonly ArrayLike<Label>[],
  {metric = "nominal"}: {metric?: AlphaMetric} = {}
): number | undefined {
  if (metric !== "nominal" && !Object.hasOwn(distances, metric))
    throw new Error(
      `Krippendorff's alpha: unknown metric ${JSON.stringify(metric)}; there are nominal, ordinal, interval and ratio`
    );
  const units = ratings
    .map((unit) => Array.from(unit).filter((rating) => rating != null && !Number.isNaN(rating)))
    .filter((unit) => unit.length >= 2);
  const all = units.flat();
  if (all.length === 0) return undefined;
  const disagreement = metric === "nominal" ? nominal : weighted(distances[metric], valuesOf(all, metric));
  const expected = disagreement(all) / (all.length - 1);
  if (expected <= 0) return undefined;
  const observed = units.reduce((sum, unit) => sum + disagreement(unit) / (unit.length - 1), 0);
  return 1 - observed / expected;
}

/** Ordered pairs of ratings that differ. */
function nominal(ratings: readonly Label[]): number {
  let same = 0;
  for (const count of counted(ratings.map(String)).values()) same += count * count;
  return ratings.length ** 2 - same;
}

/** Σ of the distance over ordered pairs of ratings. */
function weighted(
  distance: Distance,
  values: ReadonlyMap<number, Value>
): (ratings: readonly Label[]) => number {
  return (ratings) => {
    const counts = [...counted(ratings.map(Number))];
    let sum = 0;
    for (let i = 0; i < counts.length; i++)
      for (let j = i + 1; j < counts.length; j++) {
        const [[a, m], [b, n]] = [counts[i]!, counts[j]!];
        sum += 2 * m * n * distance(values.get(a)!, values.get(b)!);
      }
    return sum;
  };
}

function valuesOf(ratings: readonly Label[], metric: AlphaMetric): Map<number, Value> {
  const numbers = ratings.map((rating) => (rating === "" ? NaN : Number(rating)));
  const wrong = numbers.findIndex((value) => !Number.isFinite(value) || (metric === "ratio" && value < 0));
  if (wrong >= 0)
    throw new Error(
      `Krippendorff's alpha: the rating ${JSON.stringify(ratings[wrong])} is no number${metric === "ratio" ? " from 0 up" : ""}, as the metric "${metric}" needs`
    );
  const values = new Map<number, Value>();
  let below = 0;
  for (const [value, count] of [...counted(numbers)].sort(([a], [b]) => a - b)) {
    values.set(value, {value, below, count});
    below += count;
  }
  return values;
}

function counted<T>(ratings: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const rating of ratings) counts.set(rating, (counts.get(rating) ?? 0) + 1);
  return counts;
}
