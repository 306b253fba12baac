import {agreementInterval, chanceDisagreement} from "./agreementInterval.js";
import {confusion, type ClassLabel} from "./confusion.js";
import {normalTail} from "./distributions/normal.js";
import {studentQuantile, studentTwoSided} from "./distributions/studentT.js";
import {groupedError, type GroupedError} from "./groupedError.js";
import {ROUNDING} from "./scoreInterval.js";
import type {Clusters, Interval} from "./types.js";

export interface Kappa extends Interval {
  /** 1 is perfect agreement, 0 what chance gives, below 0 less than chance. */
  kappa: number;
  standardError: number;
  /** Share of rows on which both agree (weighted, when weights were asked for). */
  agreement: number;
  /** The agreement that the raters' own frequencies would give by chance. */
  chance: number;
  n: number;
  level: number;
  /** Of kappa when there is no agreement beyond chance, for the test of that. */
  nullStandardError: number;
  /** kappa / nullStandardError; undefined when that error is 0. */
  z: number | undefined;
  /** Two-sided, of "no agreement beyond chance". */
  p: number | undefined;
}

export interface KappaOptions {
  /** For ordered categories: disagreement counts by distance or by its square. */
  weights?: "linear" | "quadratic";
  /** Order of the categories; without it, alphabetical (numbers by value). */
  labels?: readonly string[];
  level?: number;
  /** Rows that share a group are not independent: errors, test and interval allow for it. */
  clusters?: Clusters;
}

/**
 * Cohen's kappa of two raters over the rows that both rated: (pₒ − pₑ) / (1 − pₑ), with the large-sample standard
 * error of Fleiss, Cohen and Everitt (1969) and their test of kappa = 0. The interval asks of each kappa whether a test would reject it, by the
 * variance at that kappa, with the t quantile of n − 1 degrees of freedom: kappa ± z · error, which others print, is a point where
 * few rows all agree. With clusters the error is the jackknife's over groups (`groupedError`), and both rest on the independent rows that
 * would give it, with its degrees of freedom. Undefined without a shared row, with rows all in one group, and when chance agreement is 1 (both raters used one
 * and the same category only). Sources: Cohen (1960, 1968); Donner and Eliasziw (1992), Statistics in Medicine 11, for the interval.
 */
export function cohenKappa(
  first: ArrayLike<ClassLabel>,
  second: ArrayLike<ClassLabel>,
  {labels, clusters, ...options}: KappaOptions = {}
): Kappa | undefined {
  const seen = confusion(first, second, labels).labels;
  const numeric = !labels && seen.every((label) => label.trim() !== "" && Number.isFinite(Number(label)));
  const order = numeric ? [...seen].sort((a, b) => Number(a) - Number(b)) : seen;
  const figures = figuresOf(confusion(first, second, order).counts, options.weights);
  if (!figures || !clusters) return figures && conclude(figures, options);
  const place = new Map(order.map((label, i) => [label, i]));
  const influences = Array.from(first, (one, i) => {
    const other = second[i];
    return one == null || other == null
      ? undefined
      : figures.influence(place.get(String(one))!, place.get(String(other))!);
  });
  const grouped = groupedError(influences, clusters);
  return grouped && conclude(figures, options, grouped);
}

/** The same from a square table of counts: rows by the first rater's category, columns by the second's. */
export function cohenKappaOfTable(
  table: readonly (readonly number[])[],
  options: Omit<KappaOptions, "labels" | "clusters"> = {}
): Kappa | undefined {
  const figures = figuresOf(table, options.weights);
  return figures && conclude(figures, options);
}

type Figures = NonNullable<ReturnType<typeof figuresOf>>;

function figuresOf(table: readonly (readonly number[])[], weights: KappaOptions["weights"]) {
  const k = table.length;
  const n = table.flat().reduce((sum, count) => sum + count, 0);
  if (n === 0) return undefined;
  const share = table.map((row) => row.map((count) => count / n));
  const rows = share.map((row) => row.reduce((sum, p) => sum + p, 0));
  const columns = share.map((_, j) => share.reduce((sum, row) => sum + row[j]!, 0));
  const weight = (i: number, j: number): number => {
    if (weights === undefined) return Number(i === j);
    const distance = Math.abs(i - j) / (k - 1 || 1);
    return 1 - (weights === "linear" ? distance : distance ** 2);
  };
  const total = (cell: (i: number, j: number) => number): number => {
    let sum = 0;
    for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) sum += cell(i, j);
    return sum;
  };
  const agreement = total((i, j) => weight(i, j) * share[i]![j]!);
  const chance = total((i, j) => weight(i, j) * rows[i]! * columns[j]!);
  if (1 - chance < 1e-12) return undefined;
  const kappa = (agreement - chance) / (1 - chance);
  const rowMean = rows.map((_, i) => columns.reduce((sum, p, j) => sum + p * weight(i, j), 0));
  const columnMean = columns.map((_, j) => rows.reduce((sum, p, i) => sum + p * weight(i, j), 0));
  /** What a row in a cell of the table adds to kappa, n times over; their mean is 0. */
  const influence = (i: number, j: number): number =>
    (weight(i, j) - agreement - (1 - kappa) * (rowMean[i]! + columnMean[j]! - 2 * chance)) / (1 - chance);
  const variance = total((i, j) => share[i]![j]! * influence(i, j) ** 2) / n;
  const nullSpread = total(
    (i, j) => rows[i]! * columns[j]! * (weight(i, j) - rowMean[i]! - columnMean[j]!) ** 2
  );
  const nullVariance = (nullSpread - chance ** 2) / (n * (1 - chance) ** 2);
  return {
    kappa,
    agreement: {agreement, chance, n},
    standardError: Math.sqrt(variance),
    nullStandardError: Math.sqrt(Math.max(0, nullVariance)),
    influence,
    /** Any two ratings that differ do so by the same. */
    isAllOrNothing: weights === undefined || k <= 2,
    disagreement: chanceDisagreement(
      rows.map((share, i) => (share + columns[i]!) / 2),
      (i, j) => 1 - weight(i, j)
    )
  };
}

function conclude(
  {kappa, agreement, isAllOrNothing, disagreement, ...figures}: Figures,
  {level = 0.95}: KappaOptions,
  grouped?: GroupedError
): Kappa {
  const {n} = agreement;
  const inGroups = grouped && grouped.clusters < n ? grouped : undefined;
  const standardError = inGroups?.standardError ?? figures.standardError;
  const df = inGroups?.df ?? n - 1;
  const units = inGroups?.effectiveClusters ?? n;
  const interval = agreementInterval(kappa, disagreement, {
    standardError,
    critical: df > 0 ? studentQuantile((1 + level) / 2, df) : Infinity,
    units,
    most: isAllOrNothing ? n : Infinity
  });
  const wider =
    figures.standardError > ROUNDING ? standardError / figures.standardError : Math.sqrt(n / units);
  const nullStandardError = figures.nullStandardError * wider;
  const z = nullStandardError > 0 ? kappa / nullStandardError : undefined;
  const p = z === undefined ? undefined : inGroups ? studentTwoSided(z, df) : 2 * normalTail(Math.abs(z));
  return {
    kappa,
    standardError,
    nullStandardError,
    z,
    p: p && Math.min(1, p),
    ...agreement,
    level,
    ...interval
  };
}
