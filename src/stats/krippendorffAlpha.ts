import {type Label} from "./confusion.js";

/**
 * Krippendorff's alpha for any number of raters with gaps: ratings[unit] lists the ratings a unit got (missing ones
 * null or undefined). 1 − observed/expected disagreement, where two ratings disagree by 1 if they differ (`nominal`) or
 * by the square of their distance (`interval`, for numbers). Units with fewer than two ratings do not matter. Undefined
 * when no unit has two ratings, or when all ratings are equal, since then no disagreement was possible.
 * Source: Krippendorff (2011), "Computing Krippendorff's alpha-reliability".
 */
export function krippendorffAlpha(
  ratings: readonly ArrayLike<Label>[],
  {metric = "nominal"}: {metric?: "nominal" | "interval"} = {}
): number | undefined {
  const units = ratings
    .map((unit) => Array.from(unit).filter((rating) => rating != null && !Number.isNaN(rating)))
    .filter((unit) => unit.length >= 2);
  const disagreement = metric === "nominal" ? nominal : interval;
  const all = units.flat();
  if (all.length === 0) return undefined;
  const expected = disagreement(all) / (all.length - 1);
  if (expected <= 0) return undefined;
  const observed = units.reduce((sum, unit) => sum + disagreement(unit) / (unit.length - 1), 0);
  return 1 - observed / expected;
}

/** Ordered pairs of ratings that differ. */
function nominal(ratings: readonly Label[]): number {
  const counts = new Map<string, number>();
  for (const rating of ratings) counts.set(String(rating), (counts.get(String(rating)) ?? 0) + 1);
  let same = 0;
  for (const count of counts.values()) same += count * count;
  return ratings.length ** 2 - same;
}

/** Σ over ordered pairs of (a − b)², which is 2 n Σ (a − mean)². */
function interval(ratings: readonly Label[]): number {
  const values = ratings.map(Number);
  const center = values.reduce((sum, value) => sum + value, 0) / values.length;
  return 2 * values.length * values.reduce((sum, value) => sum + (value - center) ** 2, 0);
}
