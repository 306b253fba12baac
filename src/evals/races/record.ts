import {putJson, raceKey, readRaceRecord, readRaces, type Workspace} from "../../base/store/index.js";
import type {RaceRecord} from "../decisions/raceTypes.js";

/** Keeps a race in `.assay/races/<id>.json`, replacing what was there. */
export async function writeRace(workspace: Workspace, record: RaceRecord): Promise<void> {
  await putJson(workspace, raceKey(record.id), record);
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
