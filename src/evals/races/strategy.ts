import type {RaceDrop, RacePair, RaceRound} from "../decisions/raceTypes.js";
import type {ScoreTable} from "../decisions/types.js";

/** How a race chooses; `elimination` and `halving` are the two there are. */
export interface RaceStrategy {
  /** Rows to score in all, for those still in; undefined ends the race. */
  rows(round: number, before: number, candidates: readonly string[]): number | undefined;
  judge(round: RoundScores): {pairs: RacePair[]; dropped: RaceDrop[]; withinMargin?: boolean};
}

export interface RoundScores {
  table: ScoreTable;
  /** Best mean first; of equal ones first who was given first. */
  standings: RaceRound["standings"];
  /** True when no row is left to score. */
  last: boolean;
  calls: number;
  costs?: Readonly<Record<string, number>>;
}
