import type {Finding} from "./finding.js";

/** Types that are recorded but are no person's data by themselves: the privacy check lets them pass. */
export const impersonalTypes: ReadonlySet<string> = new Set(["URL"]);

const SURE = 0.9;

/**
 * Findings without contradictions, in order of start: of equal spans the higher score stays (the earlier one
 * when they tie), a span inside another goes, and overlapping spans of one type become one that keeps the higher
 * score and its rule. Spans of different types may still overlap at their ends. One exception: an address of
 * the web does not hide what is surely personal within it, such as `/ada@example.com`. What its query holds is looked at by
 * itself: see `scanText`.
 */
export function resolveOverlaps(findings: readonly Finding[]): Finding[] {
  const sorted = findings
    .map((finding, order) => ({finding, order}))
    .sort(
      (a, b) =>
        a.finding.start - b.finding.start ||
        b.finding.end - a.finding.end ||
        b.finding.score - a.finding.score ||
        a.order - b.order
    )
    .map(({finding}) => finding);
  return withoutContained(mergeSameType(withoutContained(sorted)));
}

/** Of findings in order of start, longest first. */
function withoutContained(sorted: readonly Finding[]): Finding[] {
  let personalEnd = -1;
  let impersonalEnd = -1;
  return sorted.filter((finding) => {
    const {end, score, type} = finding;
    const impersonal = impersonalTypes.has(type);
    const hidden = end <= personalEnd || (end <= impersonalEnd && (impersonal || score < SURE));
    if (hidden) return false;
    if (impersonal) impersonalEnd = end;
    else personalEnd = end;
    return true;
  });
}

function mergeSameType(sorted: readonly Finding[]): Finding[] {
  const merged: Finding[] = [];
  const lastOfType = new Map<string, number>();
  for (const finding of sorted) {
    const at = lastOfType.get(finding.type);
    const last = at === undefined ? undefined : merged[at];
    if (last && finding.start < last.end) {
      const stronger = finding.score > last.score ? finding : last;
      merged[at!] = {...stronger, start: last.start, end: Math.max(last.end, finding.end)};
    } else {
      lastOfType.set(finding.type, merged.length);
      merged.push(finding);
    }
  }
  return merged;
}
