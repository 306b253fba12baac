import {listNames} from "../../../evals/decisions/points.js";
import type {RaceOutcome, RaceRound, RaceSettings} from "../../../evals/decisions/raceTypes.js";
import type {ScoreTable} from "../../../evals/decisions/types.js";
import type {Everything} from "../../../evals/races/everything.js";
import {startRace} from "../../../evals/races/race.js";
import type {RaceScores, RaceView} from "../../site/types.js";
import {loadData} from "../rows/loadData.js";

/** A race as it was run, or as it would have gone. */
export interface RaceCourse {
  settings: RaceSettings;
  rounds: RaceRound[];
  outcome?: RaceOutcome;
}

/** Fetches what a race was decided on. Throws a sentence for the reader when it cannot be had. */
export async function loadRaceScores(race: string): Promise<RaceScores> {
  const missing = `The scores of race ${race} are not part of this site. Build the site again.`;
  return readRaceScores(await (await loadData(`races/${encodeURIComponent(race)}.json`, missing)).text());
}

/** JSON has no "undefined": a missing score stands there as null. */
export function readRaceScores(text: string): RaceScores {
  const scores = JSON.parse(text) as RaceScores;
  const values = scores.table.values as (number | null | undefined)[][];
  return {
    ...scores,
    table: {...scores.table, values: values.map((column) => column.map((score) => score ?? undefined))}
  };
}

/**
 * Runs a race again on its own scores by the engine's code, with other settings where `changed` says so. Undefined when it
 * would have asked a candidate about rows that it was not asked about, so that its course is unknown.
 */
export function replay(
  race: RaceView,
  {table, rounds: asked}: RaceScores,
  changed: Partial<RaceSettings> = {}
): RaceCourse | undefined {
  const settings = {...race.settings, ...changed};
  const running = startRace(settings);
  const rounds: RaceRound[] = [];
  for (let step = running.next(); step; step = running.next()) {
    const then = asked[step.round - 1];
    // A race that was stopped has no more rounds: then the replay ends where it did.
    if (!then && race.outcome?.kind === "stopped") {
      running.stop(race.outcome.why);
      continue;
    }
    if (!then) return undefined;
    const {rows, cutShort} = race.rounds[step.round - 1]!;
    if (step.rows > (cutShort?.planned ?? rows)) return undefined;
    if (step.candidates.some((name) => !then.candidates.includes(name))) return undefined;
    const judged = running.judge(firstRowsOf(table, step.candidates, then.rows), then.costs);
    rounds.push(cutShort ? {...judged, cutShort} : judged);
  }
  return {settings, rounds, outcome: running.outcome()};
}

function firstRowsOf(table: ScoreTable, candidates: readonly string[], rows: number): ScoreTable {
  return {
    ...table,
    candidates: [...candidates],
    rowIds: table.rowIds.slice(0, rows),
    clusters: table.clusters ? table.clusters.slice(0, rows) : undefined,
    values: candidates.map((name) => (table.values[table.candidates.indexOf(name)] ?? []).slice(0, rows))
  };
}

/** Whether a run that asked all candidates about all rows comes to the same choice as the race. */
export function everythingText({outcome, rounds}: RaceCourse, {best, set}: Everything): string {
  const dropped = rounds.find((round) => round.dropped.some(({candidate}) => candidate === best));
  const choice =
    best === outcome?.best
      ? `comes out the same: ${best} leads there too`
      : `comes out otherwise: ${best} leads there, ${dropped ? `which the race dropped in round ${dropped.round}` : "which was still in when the race ended"}`;
  const others = set.filter((candidate) => candidate !== best);
  const left = others.length > 0 ? `${listNames(others)} not shown to be worse` : "no other that may be best";
  return `Running everything ${choice}. One look at all rows leaves ${left}.`;
}
