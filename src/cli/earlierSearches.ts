import type {RaceRecord} from "../decisions/index.js";
import {listRaces} from "../races/index.js";
import {triesRaced} from "../search/index.js";
import type {Store} from "../store/index.js";

/** The eval in whose name the merges of another are searched. */
export function searchName(evalName: string): string {
  return `${evalName}${ENDING}`;
}

const ENDING = "-merge-search";

/** Searches, of whatever eval, whose winners were scored on a part before, and the merges that they tried in all. */
export interface EarlierSearches {
  searches: number;
  tries: number;
}

/** The searches before that of `race` whose winners were scored on `part` of its split; finalists that were the same share one run. */
export async function earlierSearches(
  store: Store,
  race: RaceRecord,
  part: string
): Promise<EarlierSearches> {
  const runs = await store.runs({archived: true});
  const isScored = ({eval: name, split}: RaceRecord) =>
    runs.some((run) => run.eval === name && run.split.id === split.id && run.split.part === part);
  const earlier = (await listRaces(store.workspace)).filter(
    (one) =>
      one.id !== race.id &&
      one.eval.endsWith(ENDING) &&
      one.dataset.name === race.dataset.name &&
      one.split.id === race.split.id &&
      one.startedAt < race.startedAt &&
      one.outcome !== undefined &&
      one.outcome.kind !== "stopped" &&
      isScored(one)
  );
  return {
    searches: earlier.length,
    tries: earlier.reduce((sum, {settings}) => sum + triesRaced(settings.candidates), 0)
  };
}
