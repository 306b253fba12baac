import {hashJson} from "../../base/system/index.js";

export interface GroupCounts {
  group: string;
  /** Rows per class, in one order of classes for all groups. */
  counts: number[];
}

/**
 * Deals groups to parts so that class shares stay close to the parts' shares of the whole: groups in order of
 * falling spread of their class counts, each to the part where the mean over classes of the standard deviation of
 * the parts' fill (rows there / rows due) ends smallest, parts weighing by their shares; of parts equally good the
 * emptier one. Equal spreads are ordered by a hash of seed and group. For equal shares this is Pedregosa et al.,
 * StratifiedGroupKFold (scikit-learn).
 */
export function stratifiedGroups(
  groups: readonly GroupCounts[],
  shares: Record<string, number>,
  seed: string
): Map<string, string> {
  const parts = Object.keys(shares).filter((part) => shares[part]! > 0);
  const weights = parts.map((part) => shares[part]!);
  const classes = groups[0]?.counts.length ?? 0;
  const totals = Array.from({length: classes}, (_, c) =>
    groups.reduce((sum, group) => sum + group.counts[c]!, 0)
  );
  const filled = parts.map(() => new Array<number>(classes).fill(0));
  const rows = new Array<number>(parts.length).fill(0);
  const ordered = groups
    .map((group) => ({...group, spread: spread(group.counts), tie: hashJson([seed, group.group])}))
    .sort((a, b) => b.spread - a.spread || (a.tie < b.tie ? -1 : 1));
  const placed = new Map<string, string>();
  for (const {group, counts} of ordered) {
    let best = 0;
    let least = Infinity;
    for (let part = 0; part < parts.length; part++) {
      let unevenness = 0;
      for (let c = 0; c < classes; c++) if (totals[c]! > 0) unevenness += fillDeviation(c, part, counts[c]!);
      const better = unevenness < least * (1 - 1e-12);
      const emptier = Math.abs(unevenness - least) <= 1e-5 * least + 1e-8 && fill(part) < fill(best);
      if (better || emptier) [best, least] = [part, Math.min(least, unevenness)];
    }
    placed.set(group, parts[best]!);
    for (let c = 0; c < classes; c++) filled[best]![c]! += counts[c]!;
    rows[best]! += counts.reduce((sum, n) => sum + n, 0);
  }
  return placed;

  function fill(part: number): number {
    return rows[part]! / weights[part]!;
  }

  /** Standard deviation over parts of the fill of class `c`, were `more` rows of it added to the part `target`. */
  function fillDeviation(c: number, target: number, more: number): number {
    const ratio = (part: number) =>
      (filled[part]![c]! + (part === target ? more : 0)) / (totals[c]! * weights[part]!);
    let mean = 0;
    for (let part = 0; part < weights.length; part++) mean += weights[part]! * ratio(part);
    let variance = 0;
    for (let part = 0; part < weights.length; part++) variance += weights[part]! * (ratio(part) - mean) ** 2;
    return Math.sqrt(variance);
  }
}

function spread(counts: readonly number[]): number {
  const mean = counts.reduce((sum, n) => sum + n, 0) / counts.length;
  return Math.sqrt(counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / counts.length);
}
