import {valuesOf} from "../decisions/columns.js";
import {elimination} from "./elimination.js";
import {halving} from "./halving.js";
import {counted, list, points} from "../decisions/points.js";
import type {
  RaceDrop,
  RaceOutcome,
  RacePair,
  RaceRound,
  RaceSettings,
  RaceStep
} from "../decisions/raceTypes.js";
import type {ScoreTable} from "../decisions/types.js";

/** A race goes by turns: `next` says what to score, `judge` takes the scores. Pure: the same scores give the same race. */
export interface Race {
  /** Undefined when the race is over. */
  next(): RaceStep | undefined;
  /**
   * Takes the scores of the step that `next` gave, in the run's order, from its first row on. `costs`: US dollars that
   * each candidate's rows came to so far, which a race with `budgetUsd` goes by.
   */
  judge(table: ScoreTable, costs?: Readonly<Record<string, number>>): RaceRound;
  /** Ends the race before its time. */
  stop(): void;
  outcome(): RaceOutcome;
}

/** How a race chooses; `elimination` and `halving` are the two there are. */
export interface RaceStrategy {
  /** Rows to score in all, for those still in; undefined ends the race. */
  rows(round: number, before: number, candidates: readonly string[]): number | undefined;
  judge(round: RoundScores): {pairs: RacePair[]; dropped: RaceDrop[]; withinMargin?: boolean};
}

export interface RoundScores {
  table: ScoreTable;
  /** Best mean first. */
  standings: RaceRound["standings"];
  /** True when no row is left to score. */
  last: boolean;
  calls: number;
  costs?: Readonly<Record<string, number>>;
}

/** Starts a race at the beginning. Throws when there are fewer than two candidates or no rows. */
export function startRace(settings: RaceSettings): Race {
  if (settings.candidates.length < 2)
    throw new Error(`a race takes two candidates: ${settings.candidates.length}`);
  if (!(settings.rows > 0)) throw new Error(`a race takes rows: ${settings.rows}`);
  const strategy: RaceStrategy =
    settings.budgetCalls === undefined && settings.budgetUsd === undefined
      ? elimination(settings)
      : halving(settings);
  let still = [...settings.candidates];
  let rows = 0;
  let round = 0;
  let calls = 0;
  let ended: RaceOutcome["kind"] | undefined;
  let step: RaceStep | undefined;

  const next = (): RaceStep | undefined => {
    if (ended) return undefined;
    if (step) return step;
    const wanted = strategy.rows(round + 1, rows, still);
    if (wanted === undefined || rows >= settings.rows) {
      ended = wanted === undefined ? "stopped" : "rows-used-up";
      return undefined;
    }
    round++;
    step = {round, rows: Math.min(settings.rows, wanted), candidates: [...still]};
    return step;
  };

  return {
    next,
    judge(table, costs) {
      if (!step) throw new Error("judge comes after next");
      const {rows: until, candidates} = step;
      const added = (until - rows) * candidates.length * settings.repeats;
      calls += added;
      const standings = candidates
        .map((candidate) => standingOf(table, candidate))
        .sort((a, b) => (b.mean ?? -1) - (a.mean ?? -1) || (a.candidate < b.candidate ? -1 : 1));
      const judged = strategy.judge({
        table,
        standings,
        last: until >= settings.rows,
        calls,
        costs
      });
      const gone = new Set(judged.dropped.map(({candidate}) => candidate));
      const ranks = standings.map(({candidate}) => candidate);
      still = ranks.filter((candidate) => !gone.has(candidate));
      rows = until;
      if (still.length === 1) ended = "pick";
      else if (judged.withinMargin) ended = "within-margin";
      const done: RaceRound = {
        ...step,
        calls: added,
        standings,
        pairs: judged.pairs,
        dropped: judged.dropped
      };
      step = undefined;
      return done;
    },
    stop() {
      ended ??= "stopped";
    },
    outcome() {
      const kind = ended ?? "stopped";
      const callsOfEverything = settings.rows * settings.candidates.length * settings.repeats;
      const best = rows > 0 ? still[0] : undefined;
      const outcome = {kind, set: still, calls, callsOfEverything, best};
      return {...outcome, sentence: sentenceOf(outcome, settings, rows)};
    }
  };
}

function standingOf(table: ScoreTable, candidate: string): RaceRound["standings"][number] {
  const scores = valuesOf(table, candidate).filter((score) => score !== undefined);
  const sum = scores.reduce((total, score) => total + score, 0);
  return {candidate, scored: scores.length, mean: scores.length > 0 ? sum / scores.length : undefined};
}

function sentenceOf(outcome: Omit<RaceOutcome, "sentence">, settings: RaceSettings, rows: number): string {
  const {kind, best, set, calls, callsOfEverything} = outcome;
  const share = callsOfEverything > 0 ? Math.round((100 * calls) / callsOfEverything) : 0;
  const used = `${counted(rows)} of ${counted(settings.rows)} rows and ${counted(calls)} of ${counted(callsOfEverything)} calls (${share}%)`;
  if (best === undefined) return "The race ended before a row was scored.";
  const budget = settings.errorRate === undefined;
  if (kind === "pick")
    return budget
      ? `${best} was left when ${rows < settings.rows ? "the budget was spent" : "all rows were used up"}, after ${used}; a race for a budget controls no error rate.`
      : `${best} won the race after ${used}; the best candidate is dropped in at most ${points(settings.errorRate!)}% of races.`;
  if (kind === "within-margin")
    return `${best} leads after ${used}: whichever of ${list(set)} is best, it is at most ${points(settings.margin)} points better than ${best}.`;
  const others = set.slice(1);
  if (kind === "rows-used-up")
    return `${best} leads after ${used}, and no rows are left to tell whether ${list(others)} ${others.length > 1 ? "are" : "is"} as good.`;
  return `The race was stopped after ${used}: ${best} leads, and ${list(others)} ${others.length > 1 ? "are" : "is"} still in.`;
}
