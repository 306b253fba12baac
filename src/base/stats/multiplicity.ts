/** A p value; undefined where a comparison could not be made, which is not counted among the comparisons. */
type P = number | undefined;

interface Adjustment {
  (p: readonly number[]): number[];
  (p: readonly P[]): P[];
}

/**
 * Holm's step-down adjusted p values, in the order given: max over i ≤ k of min(1, (m − i + 1) p₍ᵢ₎). They control the
 * chance of any false claim under any dependence. Undefined stays undefined. Source: Holm (1979).
 */
export const holm = ((p) => {
  let largest = 0;
  return adjust(p, (value, rank, m) => (largest = Math.max(largest, Math.min(1, (m - rank + 1) * value))));
}) as Adjustment;

/** Bonferroni's adjusted p values, min(1, m p). Undefined stays undefined. */
export const bonferroni = ((p) => adjust(p, (value, _rank, m) => Math.min(1, m * value))) as Adjustment;

/**
 * Benjamini and Hochberg's adjusted p values: min over i ≥ k of min(1, m p₍ᵢ₎ / i). Below q, they keep the expected
 * share of false claims among the claims at q, for independent or positively dependent tests. Source: JRSS B 57 (1995).
 */
export const benjaminiHochberg = ((p) => stepUp(p, () => 1)) as Adjustment;

/**
 * Benjamini and Yekutieli's: as Benjamini and Hochberg's times 1 + ½ + … + 1/m, valid under any dependence (all pairs
 * of candidates on the same rows). Source: Annals of Statistics 29 (2001).
 */
export const benjaminiYekutieli = ((p) =>
  stepUp(p, (m) => {
    let sum = 0;
    for (let i = 1; i <= m; i++) sum += 1 / i;
    return sum;
  })) as Adjustment;

function stepUp(p: readonly P[], factor: (m: number) => number): P[] {
  let smallest = 1;
  return adjust(p, (value, rank, m) => (smallest = Math.min(smallest, value * factor(m) * (m / rank))), -1);
}

/** Visits the present p values from the smallest up (or the largest down) and puts the results in their places. */
function adjust(
  p: readonly P[],
  visit: (value: number, rank: number, m: number) => number,
  direction = 1
): P[] {
  const order = p.map((_, i) => i).filter((i) => p[i] !== undefined);
  order.sort((i, j) => p[i]! - p[j]!);
  const ranks = order.map((_, k) => k);
  if (direction < 0) ranks.reverse();
  const adjusted: P[] = p.map(() => undefined);
  for (const k of ranks) adjusted[order[k]!] = visit(p[order[k]!]!, k + 1, order.length);
  return adjusted;
}
