export type Smoothing = "exp" | "floor" | "add-k" | "none";

/** Sufficient statistics of one segment or, added up, of a corpus. Index 0 holds the unigrams. */
export interface BleuCounts {
  matches: number[];
  totals: number[];
  /** Words of the output. */
  length: number;
  /** Words of the reference closest in length, the shorter one on a tie. */
  referenceLength: number;
}

export interface BleuFormula {
  smoothing?: Smoothing;
  /** For "floor" (default 0.1) and "add-k" (default 1). */
  smoothingValue?: number;
  /** Average only over n-gram lengths the output has; for single sentences. Default false. */
  effectiveOrder?: boolean;
}

/**
 * BLEU, 0 to 100: brevity penalty times the geometric mean of the n-gram precisions (Papineni et al. 2002), with
 * the smoothings of Chen and Cherry (2014) as sacreBLEU 2 applies them. 0 when nothing matches at all.
 */
export function bleuScore(counts: BleuCounts, formula: BleuFormula = {}): number {
  const {
    smoothing = "exp",
    smoothingValue = smoothing === "floor" ? 0.1 : 1,
    effectiveOrder = false
  } = formula;
  const {length, referenceLength} = counts;
  if (length === 0 || counts.matches.every((count) => count === 0)) return 0;
  const penalty = length < referenceLength ? Math.exp(1 - referenceLength / length) : 1;
  let halvings = 1;
  let order = counts.matches.length;
  let sum = 0;
  for (let n = 0; n < counts.matches.length; n++) {
    const added = smoothing === "add-k" && n > 0 ? smoothingValue : 0;
    const matches = counts.matches[n]! + added;
    const all = counts.totals[n]! + added;
    if (all === 0) {
      if (!effectiveOrder) return 0;
      break;
    }
    if (effectiveOrder) order = n + 1;
    if (matches > 0) sum += Math.log(matches / all);
    else if (smoothing === "exp") sum -= Math.log((halvings *= 2) * all);
    else if (smoothing === "floor" && smoothingValue > 0) sum += Math.log(smoothingValue / all);
    else return 0;
  }
  return 100 * penalty * Math.exp(sum / order);
}
