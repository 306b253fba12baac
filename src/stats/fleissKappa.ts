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
