/**
 * pass@k: chance that at least one of k answers is right, from n answers of which `correct` were, between 0 and 1:
 * 1 − C(n − c, k)/C(n, k), unbiased. Undefined when fewer than k answers were given. Average it over rows.
 * Source: Chen et al. (2021), "Evaluating large language models trained on code".
 */
export function passAtK(n: number, correct: number, k: number): number | undefined {
  const none = allOf(n, n - correct, k);
  return none === undefined ? undefined : 1 - none;
}

/**
 * pass^k: chance that all of k answers are right, C(c, k)/C(n, k), unbiased: how far one can rely on the model.
 * Undefined when fewer than k answers were given. Source: Yao et al. (2024), "τ-bench".
 */
export function passHatK(n: number, correct: number, k: number): number | undefined {
  return allOf(n, correct, k);
}

/** C(some, k)/C(n, k) as a product, which cannot overflow. */
function allOf(n: number, some: number, k: number): number | undefined {
  if (!(k >= 1) || n < k || some < 0 || some > n) return undefined;
  let share = 1;
  for (let i = 0; i < k; i++) share *= Math.max(0, some - i) / (n - i);
  return share;
}
