import {studentQuantile} from "./distributions/studentT.js";
import {mean} from "./mean.js";
import {meanInterval} from "./meanInterval.js";
import {isPresent} from "./present.js";
import {type Estimate, type Scores} from "./types.js";
import {variance} from "./variance.js";

export interface JudgeCorrected extends Estimate {
  /** How far the judge is trusted, 0 (human labels only) to 1. */
  weight: number;
  /** Rows with a human label. */
  labelled: number;
  /** Rows that only the judge scored. */
  unlabelled: number;
  /** The judge's own mean over all rows, uncorrected. */
  judgeMean: number | undefined;
  /** What the human labels alone say. */
  humanOnly: Estimate | undefined;
}

/**
 * PPI++: the mean that human labels would give, estimated from a judge's scores on many rows and human labels on few;
 * right whatever the judge's bias, and tighter than the labels alone when judge and humans go together. Both lists
 * are by row, in the same units; a missing entry means not labelled (or not judged).
 *
 * θ̂ = ȳ − λ (f̄_labelled − f̄_unlabelled), with λ = cov(y, f) / ((1 + n/N) var f) cut to [0, 1], and
 * SE² = var(y − λf)/n + λ² var(f)/N; the interval uses t with n − 1 degrees of freedom. Human-labelled rows must be a
 * random sample of the rows. Rows with a human label but no judge score are left out here. Undefined below two labelled
 * rows; with fewer than two rows for the judge alone, the labels stand alone (λ = 0).
 *
 * Source: Angelopoulos, Duchi and Zrnic (2023), "PPI++: Efficient prediction-powered inference".
 */
export function judgeCorrected(
  human: Scores,
  judge: Scores,
  {level = 0.95} = {}
): JudgeCorrected | undefined {
  if (human.length !== judge.length)
    throw new Error(`paired scores: ${human.length} rows against ${judge.length}`);
  const labels: number[] = [];
  const beside: number[] = [];
  const alone: number[] = [];
  for (let i = 0; i < judge.length; i++) {
    const f = judge[i];
    const y = human[i];
    if (!isPresent(f)) continue;
    if (isPresent(y)) {
      labels.push(y);
      beside.push(f);
    } else alone.push(f);
  }
  const n = labels.length;
  const more = alone.length;
  if (n < 2) return undefined;
  const labelMean = mean(labels)!;
  const besideMean = mean(beside)!;
  const together =
    labels.reduce((sum, y, i) => sum + (y - labelMean) * (beside[i]! - besideMean), 0) / (n - 1);
  const spread = variance([...beside, ...alone])!;
  const usable = more >= 2 && spread > 0;
  const weight = usable ? Math.min(1, Math.max(0, together / ((1 + n / more) * spread))) : 0;
  const estimate = labelMean - weight * (besideMean - (more > 0 ? mean(alone)! : besideMean));
  const rest = variance(labels.map((y, i) => y - weight * beside[i]!))!;
  const standardError = Math.sqrt(rest / n + (usable ? (weight ** 2 * variance(alone)!) / more : 0));
  const half = studentQuantile((1 + level) / 2, n - 1) * standardError;
  return {
    estimate,
    standardError,
    low: estimate - half,
    high: estimate + half,
    level,
    n: n + more,
    df: n - 1,
    method: "PPI++",
    weight,
    labelled: n,
    unlabelled: more,
    judgeMean: mean(judge),
    humanOnly: meanInterval(labels, {level})
  };
}
