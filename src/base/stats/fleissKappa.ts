import {normalTail} from "./distributions/normal.js";

/**
 * Fleiss' kappa for several raters per row: counts[row][category] ratings. Rows with fewer than two ratings say
 * nothing about agreement and are left out; rows may have different numbers of ratings. 1 is perfect agreement, 0 what
 * chance gives. `chance: "uniform"` takes 1/categories for chance agreement (Randolph's free-marginal kappa). Undefined
 * when no row has two ratings or all ratings are of one category. Source: Fleiss (1971); Randolph (2005).
 */
export function fleissKappa(
  counts: readonly (readonly number[])[],
  {chance = "observed"}: {chance?: "observed" | "uniform"} = {}
): number | undefined {
  const sizes = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const rated = counts.filter((_, i) => sizes[i]! >= 2);
  if (rated.length === 0) return undefined;
  const categories = rated[0]!.length;
  const totals = new Array<number>(categories).fill(0);
  let agreement = 0;
  let ratings = 0;
  for (const row of rated) {
    const size = row.reduce((sum, count) => sum + count, 0);
    agreement +=
      row.reduce((sum, count) => sum + count * (count - 1), 0) / (size * (size - 1)) / rated.length;
    ratings += size;
    row.forEach((count, j) => (totals[j]! += count));
  }
  const expected =
    chance === "uniform" ? 1 / categories : totals.reduce((sum, count) => sum + (count / ratings) ** 2, 0);
  return 1 - expected < 1e-12 ? undefined : (agreement - expected) / (1 - expected);
}

export interface FleissTest {
  kappa: number;
  /** Of kappa when raters agree no more than by chance. */
  nullStandardError: number;
  z: number;
  /** Two-sided. */
  p: number;
}

/**
 * Fleiss' kappa with the large-sample test that raters agree no more than by chance. Rows with fewer than two ratings are
 * left out. Undefined when the kappa is, and when rows have different numbers of ratings: the published error is for
 * equal ones. Source: Fleiss, Nee and Landis (1979), Psychological Bulletin 86, 974–977.
 */
export function fleissKappaTest(counts: readonly (readonly number[])[]): FleissTest | undefined {
  const kappa = fleissKappa(counts);
  const rated = counts.filter((row) => sumOf(row) >= 2);
  const raters = rated.length > 0 ? sumOf(rated[0]!) : 0;
  if (kappa === undefined || rated.some((row) => sumOf(row) !== raters)) return undefined;
  const shares = rated[0]!.map((_, j) => sumOf(rated.map((row) => row[j]!)) / (rated.length * raters));
  const spread = sumOf(shares.map((p) => p * (1 - p)));
  const skew = sumOf(shares.map((p) => p * (1 - p) * (1 - 2 * p)));
  const nullStandardError =
    Math.sqrt((2 * (spread ** 2 - skew)) / (rated.length * raters * (raters - 1))) / spread;
  const z = kappa / nullStandardError;
  return {kappa, nullStandardError, z, p: Math.min(1, 2 * normalTail(Math.abs(z)))};
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
