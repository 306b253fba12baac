import type {Regression} from "../../evals/decisions/regressionsOf.js";
import type {RaceRecord} from "../../evals/decisions/raceTypes.js";
import type {Everything} from "../../evals/races/everything.js";
import type {ScoreScale} from "../../evals/decisions/scoreScale.js";
import type {ScoreTable} from "../../evals/decisions/types.js";

/** A scorer of a run as pages see it. */
export interface ScorerView {
  name: string;
  binary: boolean;
  scale: ScoreScale;
  /** The model that gives the scores, when a model does. */
  judge?: {model: string; endpoint: string};
  /** True when people gave the scores. */
  human?: boolean;
  /** Who gave them, where labels say so, with the answers of each; names are masked as texts are. */
  labelledBy?: {name: string; answers: number}[];
  /** What its figures are, where they are no means of rows: "corpus BLEU". */
  figure?: string;
  /** Completions without a score by this scorer, by reason, the most frequent first; counted for judges only. */
  failures?: {reason: string; count: number}[];
}

/** A candidate against itself in an earlier run; rows are counted, not named. */
export type CandidateChange = Omit<Regression, "worse" | "better" | "newlyFailed"> & {
  worse: number;
  better: number;
  newlyFailed: number;
};

/** What is not as it was in the run before. */
export interface RunChange {
  before: {id: string; sealedAt: string};
  /** Rows of this run, of the run before, and of both. */
  rows: {now: number; before: number; shared: number};
  /** What else is not the same: data version, split, scorer, prompt, expected answers, and the candidates' endpoints, models and parameters. */
  differs: string[];
  /** Whether both were measured alike: with another scorer no candidate has regressed or improved. */
  sameScorer: boolean;
  candidates: CandidateChange[];
  /** Candidates that only this run has, and that only the run before has. */
  added: string[];
  gone: string[];
}

export interface RacesData {
  /** The newest first. */
  races: RaceView[];
}

export interface RaceView extends RaceRecord {
  title: string;
  /** True when the store still holds the scores of every round, so that the race can be run again in the page. */
  replayable: boolean;
  /** What running everything says, when the store holds such a run. */
  everything?: Everything;
}

/** What a race was decided on: `startRace(settings)` fed with it gives the same rounds. */
export interface RaceScores {
  /** Every candidate on every row it was asked about, in the race's order; rows that it was not asked about are missing. */
  table: ScoreTable;
  /** Who was asked in each round, the rows its table had, and the US dollars by candidate up to its end as far as known. */
  rounds: {candidates: string[]; rows: number; costs: Record<string, number>}[];
}
