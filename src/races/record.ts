import {readdir} from "node:fs/promises";
import {join} from "node:path";
import {checkName, insideFolder, readJson, type Workspace, writeJsonAtomic} from "../store/index.js";
import type {RaceRecord} from "../decisions/raceTypes.js";

function fileOf(workspace: Workspace, id: string): string {
  return insideFolder(workspace.dir, "races", `${checkName("race", id)}.json`);
}

/** Keeps a race in `.assay/races/<id>.json`, replacing what was there. */
export async function writeRace(workspace: Workspace, record: RaceRecord): Promise<void> {
  await writeJsonAtomic(fileOf(workspace, record.id), record);
}

/** A race by its id; undefined when there is none, or it is of another schema. */
export async function readRace(workspace: Workspace, id: string): Promise<RaceRecord | undefined> {
  const record = await readJson<RaceRecord>(fileOf(workspace, id));
  return record?.kind === "race" && record.schemaVersion === 1 ? record : undefined;
}

/** Every race of the store, the oldest first; none when nothing was raced. */
export async function listRaces(workspace: Workspace): Promise<RaceRecord[]> {
  const names = await readdir(join(workspace.dir, "races")).catch(() => [] as string[]);
  const found: RaceRecord[] = [];
  for (const name of names.filter((one) => one.endsWith(".json"))) {
    const record = await readRace(workspace, name.slice(0, -".json".length));
    if (record) found.push(record);
  }
  return found.sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.id.localeCompare(b.id));
}

/** The race that a run is a round of, the newest if several share it. */
export function raceOf(races: readonly RaceRecord[], runId: string): RaceRecord | undefined {
  return races.findLast(({rounds}) => rounds.some(({run}) => run === runId));
}
