import {clustersOf, decidingValues} from "../decisions/columns.js";
import {elimination} from "./elimination.js";
import {halving} from "./halving.js";
import {raceSentence} from "./sentence.js";
import type {RaceOutcome, RaceRound, RaceSettings, RaceStep} from "../decisions/raceTypes.js";
import type {ScoreTable} from "../decisions/types.js";
import type {RaceStrategy} from "./strategy.js";

/** A race goes by turns: `next` says what to score, `judge` takes the scores. Pure: the same scores give the same race. */
export interface Race {
  /** Undefined when the race is over. */
  next(): RaceStep | undefined;
  /**
   * Takes the scores of the step that `next` gave, in the run's order, from its first row on; fewer rows than it asked for
   * when a budget cut the round short. `costs`: US dollars that each candidate's rows came to so far, which a race with
   * `budgetUsd` goes by.
   */
  judge(table: ScoreTable, costs?: Readonly<Record<string, number>>): RaceRound;
  /** Ends the race before its time; a race that has ended stays as it is. */
  stop(why?: string): void;
  outcome(): RaceOutcome;
}

/** Starts a race at the beginning. Throws when there are fewer than two candidates or no rows. */
export function startRace(settings: RaceSettings): Race {
  if (settings.candidates.length < 2)
    throw new Error(`a race takes two candidates: ${settings.candidates.length}`);
  if (!(settings.rows > 0)) throw new Error(`a race takes rows: ${settings.rows}`);
  const given = ({candidate}: {candidate: string}) => settings.candidates.indexOf(candidate);
  const strategy: RaceStrategy =
    settings.budgetCalls === undefined && settings.budgetUsd === undefined
      ? elimination(settings)
      : halving(settings);
  let still = [...settings.candidates];
  let rows = 0;
  let round = 0;
  let calls = 0;
  let ended: RaceOutcome["kind"] | undefined;
  let why: string | undefined;
  let scored = false;
  const unscored: string[] = [];
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
      const {candidates} = step;
      const until = Math.min(step.rows, table.rowIds.length);
      const added = (until - rows) * candidates.length * settings.repeats;
      calls += added;
      const standings = candidates
        .map((candidate) => standingOf(table, candidate))
        .sort((a, b) => (b.mean ?? -1) - (a.mean ?? -1) || given(a) - given(b));
      const judged = strategy.judge({
        table,
        standings,
        last: until >= settings.rows,
        calls,
        costs
      });
      scored = standings[0]!.mean !== undefined;
      const dropped = scored ? judged.dropped : [];
      for (const drop of dropped) if (drop.why === "no-scores") unscored.push(drop.candidate);
      const gone = new Set(dropped.map(({candidate}) => candidate));
      const ranks = standings.map(({candidate}) => candidate);
      still = ranks.filter((candidate) => !gone.has(candidate));
      const stuck = until <= rows;
      rows = until;
      if (!scored) ended = "stopped";
      else if (still.length === 1) ended = "pick";
      else if (judged.withinMargin) ended = "within-margin";
      // Rows that were erased meanwhile do not come any more.
      else if (stuck && dropped.length === 0) ended = "rows-used-up";
      const done: RaceRound = {
        ...step,
        rows: until,
        calls: added,
        standings,
        pairs: judged.pairs,
        grouped: clustersOf(table) ? true : undefined,
        dropped
      };
      step = undefined;
      return done;
    },
    stop(reason) {
      if (ended) return;
      ended = "stopped";
      why = reason;
    },
    outcome() {
      const kind = ended ?? "stopped";
      const callsOfEverything = settings.rows * settings.candidates.length * settings.repeats;
      const best = scored ? still[0] : undefined;
      const outcome = {kind, why, set: still, calls, callsOfEverything, best};
      return {...outcome, sentence: raceSentence(outcome, settings, {rows, unscored})};
    }
  };
}

function standingOf(table: ScoreTable, candidate: string): RaceRound["standings"][number] {
  const scores = decidingValues(table, candidate).filter((score) => score !== undefined);
  const sum = scores.reduce((total, score) => total + score, 0);
  return {candidate, scored: scores.length, mean: scores.length > 0 ? sum / scores.length : undefined};
}
