import type {Verdict} from "../../../evals/decisions/types.js";

/** The other candidates with a candidate's weights that scored the same: a difference between them says nothing. */
export function twinsOf(name: string, {sameWeights = [], summaries}: Verdict): string[] {
  const meanOf = (one: string) => summaries.find(({candidate}) => candidate === one)?.mean;
  const group = sameWeights.find((names) => names.includes(name)) ?? [];
  return group.filter((one) => one !== name && meanOf(one) === meanOf(name));
}
