import {
  type EvalDefinition,
  type RaceOptions,
  runEval,
  type RunInputs,
  type RunOptions,
  type RunResult
} from "../runner/index.js";
import {hashJson, type RunManifest, type Store, UserError} from "../store/index.js";
import {callsOf, DEFAULT_MARGIN, scoreTable} from "../decisions/index.js";
import {startRace} from "./race.js";
import {readRace, writeRace} from "./record.js";
import type {RaceRecord, RaceRound, RaceSettings} from "../decisions/raceTypes.js";

export interface RaceResult {
  record: RaceRecord;
  /** The run of the last round; absent when the race was stopped before one was sealed. */
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
  const {store, version, split, evalName, options = {}, effects, signal} = inputs;
  const now = effects?.now ?? Date.now;
  const settings = settingsOf(definition, inputs, race);
  const running = startRace(settings);
  const startedAt = new Date(now()).toISOString();
  const rounds: RaceRound[] = [];
  const spent: Record<string, number> = {};
  /** What scorers and preflights were asked in the rounds so far, shared evenly by those who were in them. */
  const beside: Record<string, number> = {};
  let before: RaceRecord | undefined;
  let record: RaceRecord | undefined;
  let result: RunResult | undefined;
  let calls = 0;
  for (let step = running.next(); step; step = running.next()) {
    if (signal?.aborted) {
      running.stop();
      break;
    }
    result = await runEval(definition, {
      ...inputs,
      options: {...roundOptions(options, settings, spent), limit: step.rows, candidates: step.candidates}
    });
    await store.refresh();
    calls += result.calls;
    const run = result.manifest!;
    if (run.counts.completed + run.counts.failed < run.counts.planned) {
      running.stop();
      break;
    }
    const table = await scoreTable(store, run.id, run.primaryScorer);
    checkBounds(table.values, run.primaryScorer);
    const {besideUsd} = await store.pricing(run);
    for (const {candidate, costUsdPerThousand: cost} of await callsOf(store, run)) {
      if (besideUsd !== undefined)
        beside[candidate] = (beside[candidate] ?? 0) + besideUsd / step.candidates.length;
      if (cost !== undefined || beside[candidate] !== undefined)
        spent[candidate] = ((cost ?? 0) / 1000) * step.rows + (beside[candidate] ?? 0);
    }
    if (settings.budgetUsd !== undefined && Object.keys(spent).length === 0)
      throw new UserError(
        `the race of ${evalName} has a budget in dollars, and no answer of its first ${step.rows} rows states a cost. State "price" on an endpoint or in prices/*.json, or use --budget-calls.`
      );
    const judged = {...running.judge(table, spent), run: run.id, newCalls: result.calls};
    rounds.push(judged);
    const id = record?.id ?? `${evalName.slice(0, 100)}-${hashJson([settings, run.planHash]).slice(0, 12)}`;
    before ??= await endedRace(store, id);
    record = {
      kind: "race",
      schemaVersion: 1,
      id,
      eval: evalName,
      dataset: {name: version.dataset, version: version.id},
      split: {id: split.id, name: split.name, part: run.split.part},
      scorer: run.primaryScorer,
      seed: run.seed,
      settings,
      rounds,
      startedAt
    };
    if (!before || !isPrefix(rounds, before.rounds)) await writeRace(store.workspace, record);
    onRound?.(judged);
  }
  if (!record)
    throw new UserError(
      `the race of ${evalName} was stopped before its first round was finished${result?.manifest?.stopped ? ` (${result.manifest.stopped})` : ""}. Start it again: what was paid for is kept.`
    );
  if (before && before.rounds.length === rounds.length && isPrefix(rounds, before.rounds)) record = before;
  else {
    record = {...record, outcome: running.outcome(), endedAt: new Date(now()).toISOString()};
    await writeRace(store.workspace, record);
  }
  return {record, calls, manifest: result?.manifest};
}

/** The same race as it ended before; undefined when it never did, was stopped, or is not the eval's latest any more. */
async function endedRace(store: Store, id: string): Promise<RaceRecord | undefined> {
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

function isPrefix(rounds: readonly RaceRound[], of: readonly RaceRound[]): boolean {
  return rounds.every(({run}, i) => run === of[i]?.run);
}

function settingsOf(
  definition: EvalDefinition,
  {evalName, split, options = {}}: RunInputs,
  race: RaceOptions
): RaceSettings {
  const problems: string[] = [];
  const candidates = options.candidates ?? definition.candidates.map(({name}) => name);
  const rows = Math.min(split.counts[definition.part ?? "test"] ?? 0, options.limit ?? Infinity);
  const {budgetCalls, budgetUsd, errorRate} = race;
  const repeats = options.repeats ?? definition.repeats ?? 1;
  if (candidates.length < 2) problems.push("it takes at least two candidates.");
  if (typeof definition.prompt === "object" && Object.keys(definition.prompt).length > 1)
    problems.push("it has several prompts. Race the candidates with one of them.");
  if (rows === 0)
    problems.push(`the split ${split.name} has no rows in its ${definition.part ?? "test"} part.`);
  if (options.noReuse) problems.push("a race builds on what the store holds: leave --no-reuse out.");
  if (errorRate !== undefined && !(errorRate > 0 && errorRate < 1))
    problems.push(`the error rate is ${errorRate}; it must be between 0 and 1, such as 0.05.`);
  if (errorRate !== undefined && (budgetCalls !== undefined || budgetUsd !== undefined))
    problems.push(
      "a race has an error rate or a budget, not both: a race for a budget controls no error rate."
    );
  if (budgetCalls !== undefined && budgetUsd !== undefined)
    problems.push("a race has one budget: say --budget-calls or --budget-usd.");
  const least = candidates.length * repeats * Math.ceil(Math.log2(Math.max(2, candidates.length)));
  if (budgetCalls !== undefined && budgetCalls < least)
    problems.push(
      `${budgetCalls} calls are too few for ${candidates.length} candidates; it takes at least ${least}.`
    );
  if (problems.length > 0)
    throw new UserError(
      `eval ${evalName} cannot be raced:\n${problems.map((one) => `  - ${one}`).join("\n")}`
    );
  return {
    candidates,
    rows,
    repeats,
    margin: definition.margin ?? DEFAULT_MARGIN,
    errorRate: budgetCalls === undefined && budgetUsd === undefined ? (errorRate ?? 0.05) : undefined,
    budgetCalls,
    budgetUsd
  };
}

/** The runner's own budget stays the hard cap: calls in flight included, a round never spends more than what is left. */
function roundOptions(
  options: RunOptions,
  {budgetUsd}: RaceSettings,
  spent: Readonly<Record<string, number>>
): RunOptions {
  const paid = Object.values(spent).reduce((sum, usd) => sum + usd, 0);
  return {
    ...options,
    wholeGroups: true,
    budgetUsd: budgetUsd === undefined ? undefined : Math.max(0, budgetUsd - paid)
  };
}

function checkBounds(values: readonly (readonly (number | undefined)[])[], scorer: string): void {
  const outside = values.flat().find((value) => value !== undefined && (value < 0 || value > 1));
  if (outside !== undefined)
    throw new UserError(
      `the scorer ${scorer} gave ${outside}, and a race takes scores from 0 to 1. Scale it, or choose another primary scorer.`
    );
}
