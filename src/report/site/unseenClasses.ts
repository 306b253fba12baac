import {memberOf} from "../../base/validation/memberOf.js";
import type {SplitManifest} from "../../base/store/index.js";

export interface UnseenClasses {
  /** Classes of the test part that the training part has no row of, the most frequent first. */
  labels: string[];
  /** The share of the test part's rows that they are. */
  share: number;
}

/** Which classes a model is scored on without having seen one row of them; undefined where there are none, or nobody counted. */
export function unseenClasses({labels}: Pick<SplitManifest, "labels">): UnseenClasses | undefined {
  const {train, test} = labels ?? {};
  if (!train || !test) return undefined;
  const unseen = Object.entries(test)
    .filter(([label, rows]) => rows > 0 && !((memberOf(train, label) ?? 0) > 0))
    .sort(([a, n], [b, m]) => m - n || a.localeCompare(b));
  if (unseen.length === 0) return undefined;
  const sum = (counts: readonly number[]) => counts.reduce((total, rows) => total + rows, 0);
  return {
    labels: unseen.map(([label]) => label),
    share: sum(unseen.map(([, rows]) => rows)) / sum(Object.values(test))
  };
}
