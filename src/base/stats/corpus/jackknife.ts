import {areLabels, type CorpusCounts, type CorpusFigure, formulaOf} from "./figure.js";

/** A figure of all rows, and of each row the figure of all the others. */
interface LeftOut {
  whole: number;
  without(row: number): number;
}

/** The figure of these rows together; undefined without any. */
export function corpusFigure(figure: CorpusFigure, rows: readonly CorpusCounts[]): number | undefined {
  return rows.length > 0 ? leftOut(figure, rows).whole : undefined;
}

/**
 * A value for every row whose mean is the figure T of all rows and whose variance is that of the figure:
 * vᵢ = T + (n − 1)·(T̄ − Tᵢ), with Tᵢ the figure without row i and T̄ the mean of these. The usual variance of their mean is
 * Tukey's jackknife variance, (n − 1)/n · Σ (Tᵢ − T̄)², and the difference of two figures on the same rows is the mean of
 * the values' differences. They are no scores: they may lie beyond what a score can be. A figure that is a mean gives the rows' own
 * values. Rough with few rows, and for macro F1 with labels that one or two rows have: leaving one out takes the label away.
 *
 * Sources: Tukey (1958), Annals of Mathematical Statistics 29; Efron and Stein (1981), Annals of Statistics 9; Shao and
 * Tu (1995), The Jackknife and Bootstrap.
 */
export function corpusJackknife(figure: CorpusFigure, rows: readonly CorpusCounts[]): Float64Array {
  const n = rows.length;
  const values = new Float64Array(n);
  if (n === 0) return values;
  const {whole, without} = leftOut(figure, rows);
  if (n === 1) return values.fill(whole);
  let center = 0;
  for (let i = 0; i < n; i++) center += (values[i] = without(i)) / n;
  const rounding = 1e-13 * n * Math.max(1, Math.abs(whole));
  for (let i = 0; i < n; i++) {
    const distance = (n - 1) * (center - values[i]!);
    values[i] = whole + (Math.abs(distance) > rounding ? distance : 0);
  }
  return values;
}

function leftOut(figure: CorpusFigure, rows: readonly CorpusCounts[]): LeftOut {
  return areLabels(rows[0]!)
    ? labelsLeftOut(rows as readonly (readonly string[])[])
    : sumsLeftOut(formulaOf(figure), rows as readonly (readonly number[])[]);
}

function sumsLeftOut(formula: (sums: Float64Array) => number, rows: readonly (readonly number[])[]): LeftOut {
  const sums = new Float64Array(rows[0]!.length);
  for (const row of rows) for (let j = 0; j < sums.length; j++) sums[j]! += row[j]!;
  const rest = new Float64Array(sums.length);
  return {
    whole: formula(sums),
    without(row) {
      for (let j = 0; j < sums.length; j++) rest[j] = sums[j]! - rows[row]![j]!;
      return formula(rest);
    }
  };
}

interface LabelCounts {
  /** Rows that expect the label. */
  support: number;
  predicted: number;
  correct: number;
}

/** Macro F1 over the labels that rows expect; without a row only the figures of its own labels change. */
function labelsLeftOut(rows: readonly (readonly string[])[]): LeftOut {
  const labels = new Map<string, LabelCounts>();
  for (const [expected] of rows) {
    const known = labels.get(expected!);
    if (known) known.support++;
    else labels.set(expected!, {support: 1, predicted: 0, correct: 0});
  }
  for (const [expected, ...predicted] of rows)
    for (const label of predicted) {
      const counts = labels.get(label);
      if (!counts) continue;
      counts.predicted += 1 / predicted.length;
      if (label === expected) counts.correct += 1 / predicted.length;
    }
  let sum = 0;
  for (const counts of labels.values()) sum += f1(counts);
  return {
    whole: sum / labels.size,
    without(row) {
      const [expected, ...predicted] = rows[row]!;
      const changed = new Map<string, LabelCounts>();
      for (const label of new Set(rows[row])) {
        const counts = labels.get(label);
        if (!counts) continue;
        const share = predicted.filter((one) => one === label).length / predicted.length;
        const own = label === expected;
        changed.set(label, {
          support: counts.support - (own ? 1 : 0),
          predicted: counts.predicted - share,
          correct: counts.correct - (own ? share : 0)
        });
      }
      let rest = sum;
      for (const [label, counts] of changed) rest += f1(counts) - f1(labels.get(label)!);
      return rest / (labels.size - (changed.get(expected!)!.support === 0 ? 1 : 0));
    }
  };
}

/** A label that no row expects any more is in no mean. */
function f1({support, predicted, correct}: LabelCounts): number {
  return support > 0 ? (2 * correct) / (support + predicted) : 0;
}
