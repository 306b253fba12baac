/** What a race is run by; kept in its record, so that the race can be run again. */
export interface RaceSettings {
  candidates: string[];
  /** Rows of the part, in the run's seeded order with the rows of a group together. */
  rows: number;
  /** Completions for a row and candidate. */
  repeats: number;
  /** The smallest difference worth switching for, in score units. */
  margin: number;
  /** Without a budget: the chance that the truly best candidate is dropped, whenever the race is looked at. */
  errorRate?: number;
  /** With one of these the race is for the best choice that the budget buys, and controls no error rate. */
  budgetCalls?: number;
  budgetUsd?: number;
}

/** The next rows to score: the first `rows` of the order, by every candidate still in. */
export interface RaceStep {
  /** 1 is the first. */
  round: number;
  rows: number;
  candidates: string[];
}

export interface RaceRound extends RaceStep {
  /** Calls this round added, those answered from the store included. */
  calls: number;
  /** Of every candidate still in before this round's drops, best first. */
  standings: {candidate: string; scored: number; mean?: number}[];
  /** Anytime-valid intervals of a − b; empty in a race with a budget. */
  pairs: RacePair[];
  /** Some rows share a group: a pair's observations are groups, each with its mean. */
  grouped?: true;
  dropped: RaceDrop[];
  /** The sealed run that holds this round's scores. */
  run?: string;
  /** Calls that were really made: the rest was in the store. */
  newCalls?: number;
  /** When a budget ended the round early: `rows` are then those that everybody had ended. */
  cutShort?: RaceCut;
  /** In a race for dollars: what each candidate had cost up to here, in US dollars; absent in races of before it was kept. */
  spentUsd?: Record<string, number>;
}

export interface RaceCut {
  /** Rows that the round was to have. */
  planned: number;
  why: string;
  /** The run that was ended early. */
  run: string;
}

export interface RacePair {
  a: string;
  b: string;
  /** Rows, or groups of rows, that both were scored on. */
  observations: number;
  /** Means over these observations, so that they differ by the estimate; absent in races of before they were kept. */
  meanA?: number;
  meanB?: number;
  estimate?: number;
  low?: number;
  high?: number;
}

export interface RaceDrop {
  candidate: string;
  /** worse: `by` is better beyond doubt; budget: among the worst of its round; no-scores: not one row was scored. */
  why: "worse" | "budget" | "no-scores";
  by?: string;
  /** By how much `by` leads, with the interval that decided. */
  lead?: {
    estimate: number;
    low: number;
    high: number;
    observations: number;
    /** Means of `by` and of the candidate over the observations: they differ by the estimate. */
    meanBy?: number;
    mean?: number;
  };
}

export interface RaceOutcome {
  /**
   * pick: one is left. within-margin: whichever of `set` is best, `best` is at most the margin below it.
   * rows-used-up: `set` could not be narrowed further with all rows. stopped: interrupted, out of budget, or nothing was scored.
   */
  kind: "pick" | "within-margin" | "rows-used-up" | "stopped";
  /** Why it was stopped, where that is known. */
  why?: string;
  /** Absent when nothing was scored. */
  best?: string;
  /** The candidates still in, the best mean first. */
  set: string[];
  sentence: string;
  calls: number;
  /** Calls that scoring every row by every candidate would have taken. */
  callsOfEverything: number;
}

/** `.assay/races/<id>.json`: what it takes to draw a race, and to run it again. */
export interface RaceRecord {
  kind: "race";
  schemaVersion: 1;
  id: string;
  eval: string;
  dataset: {name: string; version: string};
  split: {id: string; name: string; part: string};
  scorer: string;
  seed: string;
  settings: RaceSettings;
  rounds: RaceRound[];
  /** Absent while the race runs, or when it was killed. */
  outcome?: RaceOutcome;
  startedAt: string;
  endedAt?: string;
}
