import {listRaces, raceOf} from "../decisions/index.js";
import type {RunManifest, Store} from "../store/index.js";

/**
 * The newest complete run of the same eval, split and part that was scored by the same scorer before `run` began. Rounds of
 * the race that `run` belongs to do not count. Undefined when there is none.
 */
export async function earlierRun(store: Store, run: RunManifest): Promise<RunManifest | undefined> {
  const own = raceOf(await listRaces(store.workspace), run.id);
  return (await store.runs())
    .filter(
      (other) =>
        other.id !== run.id &&
        other.eval === run.eval &&
        other.split.name === run.split.name &&
        other.split.part === run.split.part &&
        other.status === "complete" &&
        other.startedAt < run.startedAt &&
        other.scorers.some(({name}) => name === run.primaryScorer) &&
        !own?.rounds.some((round) => round.run === other.id)
    )
    .at(-1);
}
