/** For each n-gram length in turn, characters first: those of the output, of the reference, and shared. */
export type ChrfCounts = [output: number, reference: number, shared: number][];

export interface ChrfFormula {
  /** How many times recall counts more than precision. Default 2. */
  beta?: number;
  /** "effective" averages over the lengths both texts have; "epsilon" over all, as chrF++.py and NLTK do. */
  smoothing?: "effective" | "epsilon";
}

const epsilon = 1e-16;

/** chrF or chrF++ from counts, 0 to 100 (Popović 2015, 2017). 0 when nothing is shared. */
export function chrfScore(counts: ChrfCounts, {beta = 2, smoothing = "effective"}: ChrfFormula = {}): number {
  const factor = beta * beta;
  const f = (precision: number, recall: number, otherwise: number) => {
    const denominator = factor * precision + recall;
    return denominator > 0 ? ((1 + factor) * precision * recall) / denominator : otherwise;
  };
  if (smoothing === "epsilon") {
    const scores = counts.map(([given, wanted, shared]) =>
      f(given > 0 ? shared / given : epsilon, wanted > 0 ? shared / wanted : epsilon, epsilon)
    );
    return (100 * scores.reduce((sum, score) => sum + score, 0)) / counts.length;
  }
  const used = counts.filter(([given, wanted]) => given > 0 && wanted > 0);
  if (used.length === 0) return 0;
  const meanPrecision = used.reduce((sum, [given, , shared]) => sum + shared / given, 0) / used.length;
  const meanRecall = used.reduce((sum, [, wanted, shared]) => sum + shared / wanted, 0) / used.length;
  return 100 * f(meanPrecision, meanRecall, 0);
}
