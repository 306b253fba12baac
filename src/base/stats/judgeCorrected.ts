import {boundedInterval} from "./boundedInterval.js";
import {studentQuantile} from "./distributions/studentT.js";
import {addShare, degreesOfFreedom, effectiveNumber, noShares} from "./groupShares.js";
import {mean} from "./moments.js";
import {meanInterval} from "./meanInterval.js";
import {isPresent} from "./present.js";
import {scoreInterval} from "./scoreInterval.js";
import type {Clusters, Estimate, Scores} from "./types.js";

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
 * SE² = jackknife variance over the labelled rows + λ² var(f)/N. For many labels the jackknife is var(y − λf)/n; for few it
 * also counts that λ was learned from them. The interval uses t with n − 1 degrees of freedom; for labels of 0 and 1 and an
 * estimate between, it is Wilson's with the number of rows that would give this SE, since the SE of few labels goes with
 * the estimate. Other labels within 0 and 1 have that too where t would leave 0 to 1. With `clusters` what the rows of a group add to the estimate's error (a jackknife term a labelled row,
 * λ (f − f̄)/N another) is summed within the group before it is squared, each kind as the jackknife over its groups has it
 * (`groupedError`), and t has the degrees of freedom of the groups with a label, one less than they are where all have equally many; groups of one row give the unclustered figures. Human-labelled rows
 * (groups) must be a random sample. Rows with a human label but no judge score are left out here. Undefined below two
 * labelled rows (groups); with fewer than two rows (groups) for the judge alone, the labels stand alone (λ = 0), and when
 * all labels are equal the interval is theirs.
 *
 * Sources: Angelopoulos, Duchi and Zrnic (2023), "PPI++: Efficient prediction-powered inference"; for clusters, Bell and
 * McCaffrey (2002), Survey Methodology 28.
 */
export function judgeCorrected(
  human: Scores,
  judge: Scores,
  {level = 0.95, clusters}: {level?: number; clusters?: Clusters} = {}
): JudgeCorrected | undefined {
  if (human.length !== judge.length)
    throw new Error(`paired scores: ${human.length} rows against ${judge.length}`);
  const labels: number[] = [];
  const beside: number[] = [];
  const alone: number[] = [];
  const [labelGroups, aloneGroups]: [GroupName[], GroupName[]] = [[], []];
  for (let i = 0; i < judge.length; i++) {
    const f = judge[i];
    const y = human[i];
    if (!isPresent(f)) continue;
    const group = clusters?.[i] ?? `row ${i}`;
    if (isPresent(y)) {
      labels.push(y);
      beside.push(f);
      labelGroups.push(group);
    } else {
      alone.push(f);
      aloneGroups.push(group);
    }
  }
  const n = labels.length;
  const more = alone.length;
  const sizes = sizesOf(labelGroups);
  if (sizes.size < 2) return undefined;
  const shares = noShares();
  for (const size of sizes.values()) addShare(shares, size / n);
  const [groups, df] = [effectiveNumber(shares), degreesOfFreedom(shares)];
  const fit = ppi(labels, beside, new Set(aloneGroups).size < 2 ? [] : alone);
  const {weight, estimate} = fit();
  const without = labels.map((_, i) => fit(i).estimate);
  const terms = (values: readonly number[], scale: number) => {
    const center = mean(values)!;
    return values.map((value) => scale * (value - center));
  };
  const errors: GroupedTerms[] = [{terms: terms(without, (1 - n) / n), groups: labelGroups}];
  if (weight > 0) errors.push({terms: terms(alone, weight / more), groups: aloneGroups});
  const standardError = Math.sqrt(sumOfSquares(errors));
  const humanOnly = meanInterval(labels, {level, clusters: clusters ? labelGroups : undefined});
  const t = studentQuantile((1 + level) / 2, df);
  const same = labels.every((label) => label === labels[0]);
  const binary = labels.every((label) => label === 0 || label === 1) && estimate > 0 && estimate < 1;
  const within = [...labels, estimate].every((value) => value >= 0 && value <= 1);
  const interval =
    same && humanOnly
      ? {low: humanOnly.low, high: humanOnly.high}
      : binary && standardError > 0
        ? scoreInterval(estimate, {standardError, critical: t, units: groups, most: n + more})
        : within
          ? boundedInterval(estimate, {standardError, critical: t, units: groups}, [0, 1])
          : {low: estimate - t * standardError, high: estimate + t * standardError};
  return {
    estimate,
    standardError,
    low: interval.low,
    high: interval.high,
    level,
    n: n + more,
    clusters: clusters ? new Set([...labelGroups, ...aloneGroups]).size : undefined,
    df,
    method: "PPI++",
    weight,
    labelled: n,
    unlabelled: more,
    judgeMean: mean(judge),
    humanOnly
  };
}

type GroupName = string | number;

/** What each row adds to the estimate's error, and the group it is in. */
interface GroupedTerms {
  terms: readonly number[];
  groups: readonly GroupName[];
}

/** Terms of both kinds are summed within a group, so that one that has labelled rows and others counts once. */
function sumOfSquares(kinds: readonly GroupedTerms[]): number {
  const sums = new Map<GroupName, number>();
  for (const {terms, groups} of kinds) {
    const sizes = sizesOf(groups);
    const few = Math.sqrt((sizes.size - 1) / sizes.size);
    terms.forEach((term, i) => {
      const left = 1 - sizes.get(groups[i]!)! / groups.length;
      sums.set(groups[i]!, (sums.get(groups[i]!) ?? 0) + (few * term) / left);
    });
  }
  return [...sums.values()].reduce((total, sum) => total + sum ** 2, 0);
}

function sizesOf(groups: readonly GroupName[]): Map<GroupName, number> {
  const sizes = new Map<GroupName, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  return sizes;
}

/** The estimate and weight, with all labels or leaving one out; sums are kept so that leaving one out is quick. */
function ppi(labels: readonly number[], beside: readonly number[], alone: readonly number[]) {
  // Centred, so that the sums of squares below keep their digits.
  const labelCenter = mean(labels)!;
  const judgeCenter = mean([...beside, ...alone])!;
  const y = labels.map((label) => label - labelCenter);
  const f = beside.map((score) => score - judgeCenter);
  const others = alone.map((score) => score - judgeCenter);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const product = (a: readonly number[], b: readonly number[]) => sum(a.map((value, i) => value * b[i]!));
  const sums = {y: sum(y), f: sum(f), yf: product(y, f), ff: product(f, f)};
  const other = {f: sum(others), ff: product(others, others)};
  const more = alone.length;
  return (left?: number): {weight: number; estimate: number} => {
    const [yi, fi] = left === undefined ? [0, 0] : [y[left]!, f[left]!];
    const n = labels.length - (left === undefined ? 0 : 1);
    const [sy, sf] = [sums.y - yi, sums.f - fi];
    const together = n > 1 ? (sums.yf - yi * fi - (sy * sf) / n) / (n - 1) : 0;
    const squares = sums.ff - fi * fi + other.ff;
    const spread = (squares - (sf + other.f) ** 2 / (n + more)) / (n + more - 1);
    const usable = more >= 2 && spread > 1e-12 * squares;
    const weight = usable ? Math.min(1, Math.max(0, together / ((1 + n / more) * spread))) : 0;
    const lead = weight > 0 ? sf / n - other.f / more : 0;
    return {weight, estimate: labelCenter + sy / n - weight * lead};
  };
}
