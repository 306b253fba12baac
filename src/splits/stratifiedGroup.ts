import {hashJson} from "../store/index.js";

export interface GroupCounts {
  group: string;
  /** Rows per class, in one order of classes for all groups. */
  counts: number[];
}

/**
 * Deals groups to parts so that class shares stay close to the parts' shares of the whole: groups in order of
 * falling spread of their class counts, each to the part where the mean over classes of the squared shortfall
 * ends smallest. Equal spreads are ordered by a hash of seed and group. After Pedregosa et al.,
 * StratifiedGroupKFold (scikit-learn), with unequal shares.
 */
export function stratifiedGroups(
  groups: readonly GroupCounts[],
  shares: Record<string, number>,
  seed: string
): Map<string, string> {
  const parts = Object.keys(shares).filter((part) => shares[part]! > 0);
  const classes = groups[0]?.counts.length ?? 0;
  const totals = Array.from({length: classes}, (_, c) =>
    groups.reduce((sum, group) => sum + group.counts[c]!, 0)
  );
  const filled = new Map(parts.map((part) => [part, new Array<number>(classes).fill(0)]));
  const ordered = groups
    .map((group) => ({...group, spread: spread(group.counts), tie: hashJson([seed, group.group])}))
    .sort((a, b) => b.spread - a.spread || (a.tie < b.tie ? -1 : 1));
  const placed = new Map<string, string>();
  for (const group of ordered) {
    let best = parts[0]!;
    let bestGain = -Infinity;
    for (const part of parts) {
      // How much closer this group brings the part to its share of every class.
      let gain = 0;
      for (let c = 0; c < classes; c++) {
        if (totals[c] === 0) continue;
        const target = shares[part]! * totals[c]!;
        const have = filled.get(part)![c]!;
        const before = (target - have) / totals[c]!;
        const after = (target - have - group.counts[c]!) / totals[c]!;
        gain += (before * before - after * after) / shares[part]!;
      }
      if (gain > bestGain + 1e-15) [best, bestGain] = [part, gain];
    }
    placed.set(group.group, best);
    const counts = filled.get(best)!;
    for (let c = 0; c < classes; c++) counts[c]! += group.counts[c]!;
  }
  return placed;
}

function spread(counts: readonly number[]): number {
  const mean = counts.reduce((sum, n) => sum + n, 0) / counts.length;
  return Math.sqrt(counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / counts.length);
}
