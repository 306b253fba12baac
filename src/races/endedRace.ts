import {canonicalJson, type Store} from "../store/index.js";
import {readRace} from "./record.js";
import type {RaceRecord, RaceRound} from "../decisions/raceTypes.js";

/** The same race as it ended before; undefined when it never did, was stopped, or is not the eval's latest any more. */
export async function endedRace(store: Store, id: string): Promise<RaceRecord | undefined> {
  const found = await readRace(store.workspace, id);
  if (!found?.outcome || found.outcome.kind === "stopped") return undefined;
  const own = new Set(found.rounds.map(({run}) => run));
  const since = (await store.runs()).some(
    (run) =>
      run.eval === found.eval &&
      run.split.id === found.split.id &&
      run.split.part === found.split.part &&
      run.sealedAt > found.endedAt! &&
      !own.has(run.id)
  );
  return since ? undefined : found;
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

/** All of a round but what it took to make it. */
function courseOf(round: RaceRound): string {
  return canonicalJson({...round, newCalls: undefined, spentUsd: undefined});
}
