import {anyObject, listOf, text} from "../../validation/checked.js";
import {fileForm, having} from "../../validation/fileForm.js";
import {checkName} from "../../validation/names.js";
import type {Kind, Workspace} from "./kind.js";
import {manifestsOf, readRecord} from "./records.js";

/** What the store itself reads of a race's record. */
export interface StoredRace {
  kind: "race";
  schemaVersion: number;
  eval?: string;
  split?: {name: string; part: string};
  startedAt?: string;
  rounds?: {run?: string; cutShort?: {run: string}}[];
}

export function raceKey(id: string): string {
  return `races/${checkName("race", id)}.json`;
}

/** A race decides on the scores of its rounds' runs and holds nothing of a row itself. One of another schema is passed over. */
export const raceKind: Kind<StoredRace> = {
  name: "race",
  at: "races/{id}.json",
  form: fileForm<StoredRace>(
    {
      kind: text(),
      rounds: listOf(having({run: text().optional(), cutShort: anyObject().optional()})).optional()
    },
    "Restore it from a copy, or remove it and race again with `assay run`."
  ),
  refersTo: async ({key}, workspace) =>
    ((await readRecord(workspace, raceKind, key))?.rounds ?? []).flatMap(({run, cutShort}) =>
      [run, cutShort?.run].filter((id) => id !== undefined)
    )
};

/** Every race of the store by its id, those of another schema left out. */
export async function readRaces(workspace: Pick<Workspace, "place">): Promise<StoredRace[]> {
  return (await manifestsOf(workspace, raceKind)).filter(isRace);
}

export async function readRaceRecord(
  workspace: Pick<Workspace, "place">,
  id: string
): Promise<StoredRace | undefined> {
  const record = await readRecord(workspace, raceKind, raceKey(id));
  return record && isRace(record) ? record : undefined;
}

const isRace = ({kind, schemaVersion}: StoredRace) => kind === "race" && schemaVersion === 1;
