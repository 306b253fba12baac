import type {LeftOut} from "./jackknife.js";

/**
 * 1 − the expected calibration error of rows [event 0 or 1, its probability]: Σ |Σ probability − Σ event| of each bin, over the
 * rows. Bins have equal width and hold their upper edge, as in scikit-learn's calibration_curve. Guo et al. (2017).
 */
export function calibrationLeftOut(bins: number, rows: readonly (readonly number[])[]): LeftOut {
  const gaps = new Float64Array(bins);
  const binOf = (probability: number) => {
    let bin = 0;
    while (bin < bins - 1 && (bin + 1) / bins < probability) bin++;
    return bin;
  };
  for (const [event, probability] of rows) gaps[binOf(probability!)]! += probability! - event!;
  const sum = gaps.reduce((total, gap) => total + Math.abs(gap), 0);
  return {
    whole: 1 - sum / rows.length,
    without(row) {
      const [event, probability] = rows[row]!;
      const gap = gaps[binOf(probability!)]!;
      return 1 - (sum - Math.abs(gap) + Math.abs(gap - (probability! - event!))) / (rows.length - 1);
    }
  };
}
