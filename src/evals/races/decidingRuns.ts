import {lastAsked, type RunManifest} from "../../base/store/index.js";
import type {RaceRecord} from "../decisions/raceTypes.js";

/** What an eval's decision on a split is made from: a run, or a race with the run of its last round. */
export interface DecidingRun {
  run: RunManifest;
  race?: RaceRecord;
}

/**
 * The complete run or finished race of every eval, split and part that was last asked for. A round of a race is never taken for a run: it has
 * only the candidates still in and the rows that the race got to. Without a complete one, the partial run last asked for; without
 * that, the race as far as it got. None for no runs. `runs` and `races` may come in any order.
 */
export function decidingRuns(runs: readonly RunManifest[], races: readonly RaceRecord[]): DecidingRun[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const rounds = new Set(races.flatMap((race) => race.rounds.map(({run}) => run)));
  const raced = races.flatMap((race): Ranked[] => {
    const run = byId.get(race.rounds.at(-1)?.run ?? "");
    if (!run) return [];
    return [{run, race, rank: isFinished({run, race}) ? 2 : 0, askedAt: race.startedAt}];
  });
  const single = runs
    .filter(({id, raceRound}) => !raceRound && !rounds.has(id))
    .map((run): Ranked => ({run, rank: isFinished({run}) ? 2 : 1, askedAt: lastAsked(run)}));
  const chosen = new Map<string, Ranked>();
  for (const one of [...single, ...raced]) {
    const key = JSON.stringify([one.run.eval, one.run.split.name, one.run.split.part]);
    const known = chosen.get(key);
    if (!known || isAfter(one, known)) chosen.set(key, one);
  }
  return [...chosen.values()].map(({run, race}) => ({run, race}));
}

/** Whether a race came to its own end. */
export function isEnded({outcome}: Pick<RaceRecord, "outcome">): boolean {
  return outcome !== undefined && outcome.kind !== "stopped";
}

/** Whether a run is complete, or its race was finished. */
export function isFinished({run, race}: DecidingRun): boolean {
  return race ? isEnded(race) : run.status === "complete" && !run.raceRound;
}

interface Ranked extends DecidingRun {
  rank: number;
  askedAt: string;
}

function isAfter(one: Ranked, other: Ranked): boolean {
  return (
    one.rank > other.rank ||
    (one.rank === other.rank &&
      (one.askedAt > other.askedAt || (one.askedAt === other.askedAt && one.run.id > other.run.id)))
  );
}

/** A run with the race that is decided on it, the newest whose last round it is. An earlier round decides no race. */
export function decisionOf(run: RunManifest, races: readonly RaceRecord[]): DecidingRun {
  return {run, race: races.findLast(({rounds}) => rounds.at(-1)?.run === run.id)};
}
