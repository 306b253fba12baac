import {canonicalJson} from "../../base/system/index.js";
import {isBeside, lastAsked, type Store} from "../../base/store/index.js";
import {listRaces, readRace} from "./record.js";
import type {RaceRecord, RaceRound} from "../decisions/raceTypes.js";

/** The same race as it ended before; undefined when it never did, was stopped, or is not what was last asked for of its eval. */
export async function endedRace(store: Store, id: string): Promise<RaceRecord | undefined> {
  const found = await readRace(store.workspace, id);
  if (!found?.outcome || found.outcome.kind === "stopped") return undefined;
  const own = new Set(found.rounds.map(({run}) => run));
  const ranSince = (await store.runs()).some(
    (run) =>
      isBeside(run, found) &&
      !own.has(run.id) &&
      (run.sealedAt > found.endedAt! || lastAsked(run) > found.endedAt!)
  );
  const racedSince = (await listRaces(store.workspace)).some(
    (race) => race.id !== id && isBeside(race, found) && race.startedAt > found.startedAt
  );
  return ranSince || racedSince ? undefined : found;
}

/** Whether the rounds are the first of `of` and came out as they did: rows that were asked again change the scores of a run. */
export function isPrefix(rounds: readonly RaceRound[], of: readonly RaceRound[]): boolean {
  return rounds.every((round, i) => of[i] !== undefined && courseOf(round) === courseOf(of[i]));
}

/** Whether a race came to the same end by the same rounds. */
export function isSameEnd(race: RaceRecord, as: RaceRecord): boolean {
  return (
    race.rounds.length === as.rounds.length &&
    isPrefix(race.rounds, as.rounds) &&
    canonicalJson(race.outcome) === canonicalJson(as.outcome)
  );
}

/** All of a round but what it took to make it and what follows from its rows. */
function courseOf(round: RaceRound): string {
  return canonicalJson({...round, newCalls: undefined, spentUsd: undefined, grouped: undefined});
}
