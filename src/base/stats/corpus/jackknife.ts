import {calibrationLeftOut} from "./calibration.js";
import {type CorpusCounts, type CorpusFigure, formulaOf} from "./figure.js";
import {macroF1LeftOut, mccLeftOut} from "./labels.js";
import {rankingLeftOut} from "./ranking.js";

/** A figure of all rows, and of each row the figure of all the others; NaN where the rows do not determine one. */
export interface LeftOut {
  whole: number;
  without(row: number): number;
}

/** The figure of these rows together; undefined without any, and where one class alone gives no area. */
export function corpusFigure(figure: CorpusFigure, rows: readonly CorpusCounts[]): number | undefined {
  const whole = rows.length > 0 ? leftOut(figure, rows).whole : NaN;
  return Number.isNaN(whole) ? undefined : whole;
}

/**
 * A value for every row whose mean is the figure T of all rows and whose variance is that of the figure:
 * vᵢ = T + (n − 1)·(T̄ − Tᵢ), with Tᵢ the figure without row i and T̄ the mean of these. The usual variance of their mean is
 * Tukey's jackknife variance, (n − 1)/n · Σ (Tᵢ − T̄)², and the difference of two figures on the same rows is the mean of
 * the values' differences. They are no scores: they may lie beyond what a score can be. A figure that is a mean gives the rows' own
 * values. Of a figure that these rows do not determine they are NaN. Rough with few rows, and for macro F1 with labels that one or two rows have: leaving one out takes the label away.
 *
 * Sources: Tukey (1958), Annals of Mathematical Statistics 29; Efron and Stein (1981), Annals of Statistics 9; Shao and
 * Tu (1995), The Jackknife and Bootstrap.
 */
export function corpusJackknife(figure: CorpusFigure, rows: readonly CorpusCounts[]): Float64Array {
  const n = rows.length;
  const values = new Float64Array(n);
  if (n === 0) return values;
  const {whole, without} = leftOut(figure, rows);
  if (n === 1 || Number.isNaN(whole)) return values.fill(whole);
  let center = 0;
  for (let i = 0; i < n; i++) {
    const rest = without(i);
    // The only row of its class says nothing about the spread.
    values[i] = Number.isNaN(rest) ? whole : rest;
    center += values[i]! / n;
  }
  const rounding = 1e-13 * n * Math.max(1, Math.abs(whole));
  for (let i = 0; i < n; i++) {
    const distance = (n - 1) * (center - values[i]!);
    values[i] = whole + (Math.abs(distance) > rounding ? distance : 0);
  }
  return values;
}

function leftOut(figure: CorpusFigure, rows: readonly CorpusCounts[]): LeftOut {
  const [labels, counts] = [rows as readonly (readonly string[])[], rows as readonly (readonly number[])[]];
  switch (figure.figure) {
    case "macroF1":
      return macroF1LeftOut(labels);
    case "mcc":
      return mccLeftOut(labels);
    case "auroc":
    case "auprc":
      return rankingLeftOut(figure.figure, counts);
    case "ece":
      return calibrationLeftOut(figure.bins, counts);
    default:
      return sumsLeftOut(formulaOf(figure), counts);
  }
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
