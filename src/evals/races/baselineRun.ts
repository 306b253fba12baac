import {lastAsked, type RunManifest, type Store} from "../../base/store/index.js";
import {listRaces, raceOf} from "./record.js";
import type {RaceRecord} from "../decisions/raceTypes.js";

/**
 * An earlier run of the same eval, split and part that was scored by the same scorer: the newest whose id begins with
 * `name`, or for "previous" the newest complete one that was last asked for before `run` was, or its race. Rounds of `run`'s own race do not count, and
 * archived runs only when they are named.
 */
export async function baselineRun(
  store: Store,
  run: RunManifest,
  name: string
): Promise<RunManifest | undefined> {
  const races = await listRaces(store.workspace);
  const own = raceOf(races, run.id);
  const asked = [lastAsked(run), own?.startedAt ?? ""].sort().at(-1)!;
  const isEarlierRound = (other: RunManifest, race: RaceRecord | undefined) =>
    race !== undefined && race.rounds.some((round) => round.run === other.id);
  return (await store.runs({archived: name !== "previous"}))
    .filter(
      (other) =>
        other.id !== run.id &&
        other.eval === run.eval &&
        other.split.name === run.split.name &&
        other.split.part === run.split.part &&
        other.scorers.some((scorer) => scorer.name === run.primaryScorer) &&
        (name === "previous"
          ? lastAsked(other) < asked && other.status === "complete" && !isEarlierRound(other, own)
          : other.id.startsWith(name))
    )
    .at(-1);
}
