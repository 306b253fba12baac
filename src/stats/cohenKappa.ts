import {confusion, type Label} from "./confusion.js";
import {normalQuantile, normalTail} from "./distributions/normal.js";
import type {Interval} from "./types.js";

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
}

/**
 * Cohen's kappa of two raters over the rows that both rated: (pₒ − pₑ) / (1 − pₑ), with the large-sample standard
 * error of Fleiss, Cohen and Everitt (1969), a normal interval, and their test of kappa = 0. Undefined without a shared row, and when chance
 * agreement is 1 (both raters used one and the same category only). Source: Cohen (1960, 1968).
 */
export function cohenKappa(
  first: ArrayLike<Label>,
  second: ArrayLike<Label>,
  {labels, ...options}: KappaOptions = {}
): Kappa | undefined {
  const seen = confusion(first, second, labels).labels;
  const numeric = !labels && seen.every((label) => label.trim() !== "" && Number.isFinite(Number(label)));
  const order = numeric ? [...seen].sort((a, b) => Number(a) - Number(b)) : seen;
  return cohenKappaOfTable(confusion(first, second, order).counts, options);
}

/** The same from a square table of counts: rows by the first rater's category, columns by the second's. */
export function cohenKappaOfTable(
  table: readonly (readonly number[])[],
  {weights, level = 0.95}: Omit<KappaOptions, "labels"> = {}
): Kappa | undefined {
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
  const spread = total(
    (i, j) => share[i]![j]! * (weight(i, j) - (rowMean[i]! + columnMean[j]!) * (1 - kappa)) ** 2
  );
  const variance = (spread - (kappa - chance * (1 - kappa)) ** 2) / (n * (1 - chance) ** 2);
  const standardError = Math.sqrt(Math.max(0, variance));
  const half = normalQuantile((1 + level) / 2) * standardError;
  const nullSpread = total(
    (i, j) => rows[i]! * columns[j]! * (weight(i, j) - rowMean[i]! - columnMean[j]!) ** 2
  );
  const nullStandardError = Math.sqrt(Math.max(0, (nullSpread - chance ** 2) / (n * (1 - chance) ** 2)));
  const z = nullStandardError > 0 ? kappa / nullStandardError : undefined;
  return {
    kappa,
    standardError,
    nullStandardError,
    z,
    p: z === undefined ? undefined : Math.min(1, 2 * normalTail(Math.abs(z))),
    agreement,
    chance,
    n,
    level,
    low: Math.max(-1, kappa - half),
    high: Math.min(1, kappa + half)
  };
}
