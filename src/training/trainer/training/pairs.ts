import type {PolicyScoring} from "./policyScoring.js";
import type {PreferencePair} from "./job.js";
import {
  comparesWithReference,
  preferenceLoss,
  type PreferenceResult,
  type PreferenceSettings,
  type ScoredAnswer
} from "./preference.js";
import {type LabelledBatch, paddedRows} from "./rows.js";

/** Better answers first, then the worse ones. */
export function pairRows(pairs: readonly PreferencePair[]): LabelledBatch {
  return paddedRows([...pairs.map(({chosen}) => chosen), ...pairs.map(({rejected}) => rejected)]);
}

/** The slope of each row of parts that `pairRows` made, whose pairs were compared one part after the other. */
export function slopesOf(
  parts: readonly LabelledBatch[],
  {chosen, rejected}: Pick<PreferenceResult, "chosen" | "rejected">
): number[][] {
  let from = 0;
  return parts.map(({labels}) => {
    const to = from + labels.length / 2;
    const own = [...chosen.slice(from, to), ...rejected.slice(from, to)];
    from = to;
    return own;
  });
}

/** The preference loss of pairs under the model as it is now; `parts` as `pairRows` makes them. */
export async function comparePairs(
  scoring: PolicyScoring,
  parts: readonly LabelledBatch[],
  preference: PreferenceSettings
): Promise<PreferenceResult> {
  const before = comparesWithReference(preference) ? await scoring.before(parts) : undefined;
  const policy = await scoring.policy(parts);
  const pairs = parts.flatMap(({labels}, part) => {
    const scored = (row: number): ScoredAnswer => ({
      policy: policy[part]!.sums[row]!,
      reference: before?.[part]!.sums[row],
      tokens: policy[part]!.tokens[row]!
    });
    const half = labels.length / 2;
    return Array.from({length: half}, (_, i) => ({chosen: scored(i), rejected: scored(half + i)}));
  });
  return preferenceLoss(pairs, preference);
}
