import {groupRows} from "./groupRows.js";
import type {Clusters} from "./types.js";

/** Sums over groups that hold the shares h of all rows: of h², of the pull q = h²/(1 − h), and of q². */
export interface ShareSums {
  groups: number;
  squares: number;
  pull: number;
  pullSquares: number;
}

export const noShares = (): ShareSums => ({groups: 0, squares: 0, pull: 0, pullSquares: 0});

/** Adds a group that holds the share h of the rows. */
export function addShare(sums: ShareSums, h: number): void {
  const pull = h ** 2 / (1 - h);
  sums.groups++;
  sums.squares += h ** 2;
  sums.pull += pull;
  sums.pullSquares += pull ** 2;
}

/**
 * How many groups of equal size would say as much, 1 / Σ h²: C for C equal groups, near 1 when one holds nearly all rows. Source:
 * Carter, Schnepel and Steigerwald (2017), Review of Economics and Statistics 99, for a mean of rows that are alike.
 */
export function effectiveNumber({groups, squares}: ShareSums): number {
  return settled(1 / squares, groups);
}

/**
 * Degrees of freedom of the t distribution for a mean over groups, 1 / (Σ h² + (Σ q)² − Σ q²): C − 1 for C equal groups,
 * never below 1 for two or more. Source: Bell and McCaffrey (2002), Survey Methodology 28, whose formula this is for a mean.
 */
export function degreesOfFreedom({groups, squares, pull, pullSquares}: ShareSums): number {
  return Math.max(1, settled(1 / (squares + pull ** 2 - pullSquares), groups - 1));
}

/** The groups of rows: their number C, how many of equal size would say as much, and the largest one's share of the rows. */
export function effectiveGroups(clusters: Clusters): {groups: number; effective: number; largest: number} {
  const {group, count} = groupRows(new Float64Array(clusters.length), clusters);
  const rows = new Float64Array(count);
  for (const c of group) rows[c]!++;
  const sums = noShares();
  for (const size of rows) addShare(sums, size / group.length);
  const largest = rows.reduce((most, size) => Math.max(most, size), 0) / Math.max(1, group.length);
  return {groups: count, effective: count === 0 ? 0 : effectiveNumber(sums), largest};
}

/** Groups of equal size have the whole number, not one that rounding left beside it. */
function settled(value: number, most: number): number {
  return value > most * (1 - 1e-9) ? most : value;
}
