import {
  putRecordFile,
  raceKey,
  readRaceRecord,
  readRaces,
  type Workspace,
  isBeside,
  lastAsked,
  type Store
} from "../../base/store/index.js";
import {canonicalJson} from "../../base/system/index.js";
import type {RaceRecord, RaceRound} from "../decisions/raceTypes.js";

/** Keeps a race in `.assay/races/<id>.json`, replacing what was there. */
export async function writeRace(workspace: Workspace, record: RaceRecord): Promise<void> {
  await putRecordFile(workspace, raceKey(record.id), record);
}

/** A race by its id; undefined when there is none, or it is of another schema. */
export async function readRace(workspace: Workspace, id: string): Promise<RaceRecord | undefined> {
  return (await readRaceRecord(workspace, id)) as RaceRecord | undefined;
}

/** Every race of the store, the oldest first; none when nothing was raced. */
export async function listRaces(workspace: Workspace): Promise<RaceRecord[]> {
  const found = (await readRaces(workspace)) as RaceRecord[];
  return found.sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.id.localeCompare(b.id));
}

/** The race that a run is a round of, the newest if several share it. */
export function raceOf(races: readonly RaceRecord[], runId: string): RaceRecord | undefined {
  return races.findLast(({rounds}) => rounds.some(({run}) => run === runId));
}

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
