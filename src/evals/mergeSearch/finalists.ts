import type {RaceRecord} from "../decisions/raceTypes.js";
import {UserError} from "../../base/validation/index.js";
import type {SearchCandidates} from "./candidates.js";

/** Who is scored on the part that nothing was chosen on. */
export interface Finalists {
  winner: string;
  /** All of them: which is best is seen there, since the race scored them on different rows. */
  parents: readonly string[];
  /** The parent with the best mean over the rows of the race that it was scored on. */
  leadingParent: string;
  average: string;
}

/** What a race that has ended says of a search. Throws when no parent was scored. */
export function finalists(
  {rounds, outcome}: RaceRecord,
  {parents, average}: Pick<SearchCandidates, "parents" | "average">
): Finalists {
  if (outcome?.best === undefined) throw new Error("the race has no winner");
  // A parent that was dropped stands in an earlier round, with the rows it had by then.
  const means = new Map<string, number>();
  for (const {standings} of rounds)
    for (const {candidate, mean} of standings) if (mean !== undefined) means.set(candidate, mean);
  const [leadingParent] = parents
    .filter((name) => means.has(name))
    .sort((a, b) => means.get(b)! - means.get(a)!);
  if (leadingParent === undefined)
    throw new UserError(
      "none of the models was scored on the validation part, so there is no parent to measure a merge against. `assay runs` shows why their answers failed."
    );
  return {winner: outcome.best, parents, leadingParent, average};
}
