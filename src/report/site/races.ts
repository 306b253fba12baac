import {emptyRecord} from "../../base/validation/memberOf.js";
import {callsOf, scoreTable, type ScoreTable} from "../../evals/decisions/index.js";
import {everything, listRaces} from "../../evals/races/index.js";
import {readRun, type RunManifest, runIds, type Store, type Workspace} from "../../base/store/index.js";
import type {RaceScores, RacesData, RaceView} from "./decisionTypes.js";
import {publishingOf} from "./publishing.js";
import {shownGroups} from "./shownGroups.js";
import {shownRace, withKeptReasons} from "./shownReasons.js";

/** Every race of the store, the newest first; none gives an empty list. */
export async function races(store: Store): Promise<RacesData> {
  const views: RaceView[] = [];
  await withKeptReasons(store.workspace, async (mask) => {
    for (const race of await raceViews(store.workspace)) {
      const last = race.rounds.at(-1)?.run;
      const run = last && (await readRun(store.workspace, last));
      const shown = shownRace(race, run ? await publishingOf(store, run) : "ids", mask);
      views.push({...shown, everything: await everything(store, race)});
    }
  });
  return {races: views};
}

/** Those of which the store holds the scores of every round. */
export async function replayableRaces(workspace: Workspace): Promise<RaceView[]> {
  return (await raceViews(workspace)).filter(({replayable}) => replayable);
}

async function raceViews(workspace: Workspace): Promise<RaceView[]> {
  const kept = new Set(await runIds(workspace));
  const views: RaceView[] = [];
  for (const race of (await listRaces(workspace)).reverse()) {
    const last = race.rounds.at(-1)?.run;
    const run = last && (await readRun(workspace, last));
    if (run && run.archived !== undefined) continue;
    views.push({
      ...race,
      title: (run && run.title) ?? race.eval,
      replayable: race.rounds.every(({run: id}) => id !== undefined && kept.has(id))
    });
  }
  return views;
}

/**
 * The scores that a race was decided on, put together from the runs of its rounds. Throws when there is no such race, or
 * when the store has lost one of its rounds.
 */
export async function raceScores(store: Store, id: string): Promise<RaceScores> {
  const race = (await listRaces(store.workspace)).find((one) => one.id === id);
  if (!race) throw new Error(`no such race: ${id}`);
  const runs = new Map((await store.runs({archived: true})).map((run) => [run.id, run]));
  const {candidates} = race.settings;
  const values = new Map<string, (number | undefined)[]>();
  const rounds: RaceScores["rounds"] = [];
  const spent = emptyRecord<number>();
  let last: ScoreTable | undefined;
  let lastRun: RunManifest | undefined;
  let binary = true;
  for (const round of race.rounds) {
    const run = runs.get(round.run ?? "");
    if (!run) throw new Error(`race ${id}: the run of round ${round.round} is not in the store`);
    lastRun = run;
    last = await scoreTable(store, run.id, race.scorer);
    last.candidates.forEach((name, c) => values.set(name, last!.values[c]!));
    binary &&= last.binary;
    for (const {candidate, costUsdPerThousand: cost} of await callsOf(store, run))
      if (cost !== undefined) spent[candidate] = (cost / 1000) * round.rows;
    // Records of before it was kept leave out what was asked beside the rows.
    const costs = round.spentUsd ?? Object.assign(emptyRecord<number>(), spent);
    rounds.push({candidates: last.candidates, rows: last.rowIds.length, costs});
  }
  const groupName = lastRun && last?.clusters && (await shownGroups(store, lastRun));
  return {
    table: {
      candidates: candidates,
      rowIds: last?.rowIds ?? [],
      clusters: groupName && last?.clusters?.map(groupName),
      values: candidates.map((name) => values.get(name) ?? []),
      binary
    },
    rounds
  };
}
