import {
  type CommandBudget,
  type EvalDefinition,
  type RaceOptions,
  type RunInputs,
  withinBudget
} from "../runner/index.js";
import {UserError} from "../../base/validation/index.js";
import {hashJson} from "../../base/system/index.js";
import type {RunManifest, Store} from "../../base/store/index.js";
import {scoreTable} from "../decisions/index.js";
import {type Race, startRace} from "./race.js";
import {type RaceCosts, raceCosts} from "./raceCosts.js";
import {endedRace, isPrefix, isSameEnd, readRace, writeRace} from "./record.js";
import {type RoundRun, roundRuns} from "./roundRuns.js";
import {raceSettings} from "./settings.js";
import type {RaceRecord, RaceRound, RaceSettings} from "../decisions/raceTypes.js";

export interface RaceResult {
  record: RaceRecord;
  /** The run of the last round that was judged. */
  manifest?: RunManifest;
  /** Calls that this start made. */
  calls: number;
}

/**
 * Races an eval's candidates: a run a round over the first rows of the seeded, group-respecting order, by the candidates
 * still in. The store answers what it was asked in earlier rounds, so that a round pays for its new rows only; a race
 * that was interrupted goes on when it is started again, and one that had ended and comes out the same keeps its record,
 * unless the eval was run otherwise since. The record is written after every round. Throws UserError for what the person
 * can mend.
 */
export async function runRace(
  definition: EvalDefinition,
  inputs: RunInputs,
  race: RaceOptions = {},
  onRound?: (round: RaceRound) => void
): Promise<RaceResult> {
  return withinBudget(inputs, (within) => runRounds(definition, within, race, onRound));
}

async function runRounds(
  definition: EvalDefinition,
  inputs: RunInputs & {budget: CommandBudget},
  race: RaceOptions,
  onRound: ((round: RaceRound) => void) | undefined
): Promise<RaceResult> {
  const {store, evalName, effects, signal} = inputs;
  const now = () => new Date((effects?.now ?? Date.now)()).toISOString();
  const settings = await raceSettings(definition, inputs, race);
  const running = startRace(settings);
  const startedAt = now();
  const rounds: RaceRound[] = [];
  const runs = roundRuns(definition, inputs, settings);
  const costs = raceCosts(store);
  let before: RaceRecord | undefined;
  let record: RaceRecord | undefined;
  let last: RunManifest | undefined;
  let missing: string | undefined;
  let calls = 0;
  for (let step = running.next(); step; step = running.next()) {
    if (signal?.aborted) {
      running.stop("interrupted");
      break;
    }
    const then = before?.rounds[rounds.length];
    const made = await runs.make(step, {rows: rounds.at(-1)?.rows ?? 0, paidUsd: costs.sum, then});
    calls += made.calls;
    missing = made.missing;
    if (missing !== undefined) {
      running.stop(missing);
      break;
    }
    const judged = await judgeRound(made, {store, settings, evalName, running, costs});
    rounds.push(judged);
    last = made.run;
    const id = record?.id ?? (await raceId(inputs, settings, made.planHash));
    if (!record) before = await endedRace(store, id);
    if (before && !isPrefix(rounds, before.rounds)) before = undefined;
    record = {...raceRecord(inputs, settings, last), id, rounds, startedAt};
    if (!before) await writeRace(store.workspace, record);
    onRound?.(judged);
    if (made.ends !== undefined) running.stop(made.ends);
  }
  if (!record)
    throw new UserError(
      `the race of ${evalName} was stopped before its first round was finished${missing === undefined ? "" : ` (${missing})`}. Start it again: what was paid for is kept.`
    );
  const ended = {...record, outcome: running.outcome(), endedAt: now()};
  if (before && isSameEnd(ended, before)) return {record: before, calls, manifest: last};
  await writeRace(store.workspace, ended);
  return {record: ended, calls, manifest: last};
}

/** The plan's hash has no name of a dataset or split: a race of the same rows under another name has an id of its own. */
async function raceId(
  {evalName, store, version, split}: RunInputs,
  settings: RaceSettings,
  planHash: string
): Promise<string> {
  const idOf = (...of: unknown[]) => `${evalName.slice(0, 100)}-${hashJson(of).slice(0, 12)}`;
  const id = idOf(settings, planHash);
  const taken = await readRace(store.workspace, id);
  const isOther = taken && (taken.dataset.name !== version.dataset || taken.split.name !== split.name);
  return isOther ? idOf(settings, planHash, version.dataset, split.name) : id;
}

interface Judging {
  store: Store;
  settings: RaceSettings;
  evalName: string;
  running: Race;
  costs: RaceCosts;
}

async function judgeRound(
  {run, calls, cutShort}: RoundRun,
  {store, settings, evalName, running, costs}: Judging
): Promise<RaceRound> {
  const table = await scoreTable(store, run.id, run.primaryScorer);
  checkBounds(table.values, run.primaryScorer);
  const early = cutShort && (await store.runs({archived: true})).find(({id}) => id === cutShort.run);
  await costs.add(run, table.rowIds.length, early);
  const spentUsd = settings.budgetUsd === undefined ? undefined : costs.byCandidate;
  if (spentUsd && !costs.known)
    throw new UserError(
      `the race of ${evalName} has a budget in dollars, and no answer of its first ${table.rowIds.length} rows states a cost. State "price" on an endpoint or in prices/*.json, or use --budget-calls.`
    );
  return {...running.judge(table, costs.byCandidate), run: run.id, newCalls: calls, cutShort, spentUsd};
}

/** All of a race's record that its settings and the run of a round tell. */
function raceRecord(
  {evalName, version, split}: RunInputs,
  settings: RaceSettings,
  run: RunManifest
): Omit<RaceRecord, "id" | "rounds" | "startedAt"> {
  return {
    kind: "race",
    schemaVersion: 1,
    eval: evalName,
    dataset: {name: version.dataset, version: version.id},
    split: {id: split.id, name: split.name, part: run.split.part},
    scorer: run.primaryScorer,
    seed: run.seed,
    settings
  };
}
function checkBounds(values: readonly (readonly (number | undefined)[])[], scorer: string): void {
  const outside = values.flat().find((value) => value !== undefined && (value < 0 || value > 1));
  if (outside !== undefined)
    throw new UserError(
      `the scorer ${scorer} gave ${outside}, and a race takes scores from 0 to 1. Scale it, or choose another primary scorer.`
    );
}
