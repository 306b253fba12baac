import {representativeOf} from "../../../evals/decisions/representative.js";
import type {Verdict} from "../../../evals/decisions/types.js";
import {pluralText} from "../text/format.js";

/** Who may be the best, in a few words; the same weights count once. Undefined where there is nobody to compare. */
export function leadText({set, summaries, sameWeights = []}: Verdict): string | undefined {
  const distinct = (names: readonly string[]) => [
    ...new Set(names.map((name) => representativeOf(name, names, sameWeights)))
  ];
  const all = distinct(summaries.map(({candidate}) => candidate));
  if (all.length < 2) return undefined;
  const lead = distinct(set);
  if (lead.length > 1) return `${lead.length} of ${all.length} may be the best`;
  return `${lead[0] ?? all[0]!} leads ${pluralText(all.length - 1, "other")}`;
}
