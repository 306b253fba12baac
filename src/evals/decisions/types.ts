import type {CorpusCounts, CorpusFigure} from "../../base/stats/index.js";
import type {CandidateCost, TieChoice, TieBreakers} from "./costTypes.js";
import type {RaceDrop, RaceOutcome} from "./raceTypes.js";
import type {ScoreScale} from "./scoreScale.js";

export type * from "./costTypes.js";

/** Scores of several candidates on the same rows: what a verdict is made from. */
export interface ScoreTable {
  candidates: string[];
  /** What the others are measured against. */
  baseline?: string;
  rowIds: string[];
  /** Cluster of each row (thread, customer); absent when rows are independent. */
  clusters?: (string | null)[];
  /** `values[c][r]`: candidate c's score on row r, the mean over repeats; undefined when it failed. */
  values: (number | undefined)[][];
  /** `failedRepeats[c][r]`: of the repeats of a scored row, the share without a score; absent when there are none. */
  failedRepeats?: number[][];
  /** Where a corpus figure decides, and not the mean of `values`: what it is made of. */
  corpus?: CorpusTable;
  /** True when every single score is 0 or 1. */
  binary: boolean;
  /** The lowest and the highest score there can be, as the scorer states them; absent when they are 0 and 1, or not known. */
  bounds?: readonly [low: number, high: number];
}

/** The figure that decides, and `counts[c][r]`: candidate c's part in it of row r, the mean over repeats; undefined as scores are. */
export interface CorpusTable {
  figure: CorpusFigure;
  counts: (CorpusCounts | undefined)[][];
}

export interface CandidateSummary {
  candidate: string;
  planned: number;
  scored: number;
  /** Of the repeats of scored rows, the share without a score; absent when there are none. */
  failedRepeats?: number;
  /** The mean of the rows' scores, or the corpus figure that decides; undefined when nothing was scored. */
  mean?: number;
  low?: number;
  high?: number;
  /** How the interval was made: wilson, clustered-t, t. */
  method?: string;
  /** The mean if every failed row had been wrong (0) or right (1). */
  ifFailedWrong?: number;
  ifFailedRight?: number;
}

/** `difference` is a minus b on the rows both were scored on, in score units. */
export interface Comparison {
  a: string;
  b: string;
  rows: number;
  difference?: number;
  low?: number;
  high?: number;
  /** Of a race's comparison: the two means over `rows`, which are groups of rows where there are any, each with its mean. */
  meanA?: number;
  meanB?: number;
  pValue?: number;
  /** Holm-adjusted over all comparisons shown. */
  adjustedP?: number;
  method?: string;
  /** In a verdict: true when the equivalence test puts the difference inside the margin. */
  within?: boolean;
}

/** Something that could make a verdict wrong. */
export interface Risk {
  kind:
    | "split"
    | "contamination"
    | "selection"
    | "held-out"
    | "answerer"
    | "answers"
    | "failures"
    | "partial"
    | "personal-data"
    | "judge"
    | "scorers"
    | "price"
    | "slices";
  /** One sentence for a reader, without markup. */
  sentence: string;
  /** By how much it could move a score, in score units; absent when nobody measured it. */
  moves?: number;
  /** True when nobody can measure by how much it moves a score: no row is known to be free of it, or a judge goes by the order of the answers. */
  unbounded?: boolean;
  /** Whose scores it touches; all when absent. */
  candidates?: string[];
  /** Of contamination, by candidate: its lead over the baseline on the rows that are clean for both. */
  cleanLeads?: Readonly<Record<string, CleanLead>>;
}

export type HeldBy = "leakage" | "failures" | "judge";

export interface Verdict {
  /**
   * pick: one candidate is better than every other, and by more than the margin may be. tie: those in `set` differ by less
   * than the margin, as far as the intervals show, whatever their p values. need-more: neither can be said yet; `rowsNeeded` more rows would tell. no-scores: nothing
   * was scored.
   */
  kind: "pick" | "tie" | "need-more" | "no-scores";
  /** The best mean, or the pick. */
  best?: string;
  /** Candidates that cannot be told apart from the best, the best first; it lacks the true best at most `alpha` of the time. */
  set: string[];
  rowsNeeded?: number;
  /** More rows after which a difference that is below the margin would be a tie, where `rowsNeeded` would show it before. */
  rowsForTie?: number;
  /** Rows of its part that a run which was cut short or limited has not put to every candidate; absent when there are none. */
  unaskedRows?: number;
  /** What to do, in a sentence or two without markup; shown before everything else. */
  action: string;
  /** True when the action warns, and advises nobody. */
  held?: boolean;
  /** What holds the advice back: leakage, failed rows, or a judge that goes by the order of the answers. */
  heldBy?: HeldBy;
  /** One sentence for a reader, without markup. */
  sentence: string;
  /** What could make the verdict wrong, the gravest first. */
  risks: Risk[];
  /** Whom to take among `set`: the one that is shown to be the cheapest, else the fastest, else the smallest. */
  choice?: TieChoice;
  /** Groups of candidates with the same weights. */
  sameWeights?: string[][];
  /** What told tied candidates apart beside `costs`: handed on to whoever decides again over other rows. */
  tieBreakers?: Omit<TieBreakers, "costs">;
  margin: number;
  alpha: number;
  /** How the scorer's values are written, wherever this verdict is. */
  scale: ScoreScale;
  /** What the scores are, where they are no means of rows: "corpus BLEU". */
  figure?: string;
  /** True when rows were scored but do not determine `figure`, as one class alone an area; absent otherwise. */
  hasNoValue?: true;
  /** Sorted by mean, best first. */
  summaries: CandidateSummary[];
  /** The best against each other candidate. */
  comparisons: Comparison[];
  warnings: string[];
  /** The best mean, corrected for having been chosen as the best of several; absent with fewer than two candidates. */
  winner?: {naive: number; estimate: number; low: number; high: number; rows: number};
  /** Candidates of `set` whose scores equal the best's on every row that both have. */
  identical?: string[];
  /** What failed rows could change; absent when no row failed. */
  sensitivity?: VerdictSensitivity;
  /** Who is cheaper than the best and not worse by more than the margin; absent unless costs were handed in. */
  cheaper?: CheaperVerdict;
  /** What a thousand rows cost by candidate; one whose cost is not known has no entry, and without any this is absent. */
  costs?: Readonly<Record<string, CandidateCost>>;
  /** When the candidates were raced: then kind, set, comparisons and sentence are the race's, with its error rate. */
  race?: VerdictRace;
}

/** The race that a verdict is about; `summaries` are those of its last round. */
export interface VerdictRace {
  id: string;
  outcome: RaceOutcome["kind"];
  /** Chance that the truly best candidate was dropped; absent in a race for a budget, which controls none. */
  errorRate?: number;
  budgetCalls?: number;
  budgetUsd?: number;
  /** Rows that the last round had reached, of all rows of the part. */
  rows: number;
  rowsOfPart: number;
  calls: number;
  callsOfEverything: number;
  rounds: number;
  /** Some rows share a group: leads are means over groups. */
  grouped?: true;
  /** Who went when and why, in the order they went; `scored` and `mean` are those of the round. */
  dropped: (RaceDrop & {round: number; rows: number; scored: number; mean?: number})[];
}

/** Who would lead, had every failed row been wrong, or right; the differences are the best's lead over `rival`. */
export interface VerdictSensitivity {
  sentence: string;
  failed: number;
  rival?: string;
  bestIfWrong: string;
  bestIfRight: string;
  /** The mean of every candidate, had its failed rows been wrong. */
  meansIfWrong: Readonly<Record<string, number>>;
  /** The lead when the best's failures are all wrong and the rival's right, and the other way round. */
  lowest?: number;
  highest?: number;
}

/** Candidates that are shown to cost less than the best, the cheapest first, each tested for being at most `margin` worse. */
export interface CheaperVerdict {
  margin: number;
  alpha: number;
  /** The cheapest one shown to be non-inferior. */
  choice?: string;
  sentence: string;
  candidates: CheaperCandidate[];
}

export interface CheaperCandidate {
  candidate: string;
  /** US dollars for a thousand rows. */
  costUsdPerThousand: number;
  /** How many times the best costs what this one does, on the rows that both have; absent when this one costs nothing. */
  timesCheaper?: number;
  /** 95 % interval of `timesCheaper`; paired by row, and wide where only totals are known; absent when a cost has no uncertainty stated. */
  timesLow?: number;
  timesHigh?: number;
  /** Its mean minus the best's on shared rows, with the interval of level 1 − 2·alpha. */
  difference?: number;
  low?: number;
  high?: number;
  rows: number;
  /** Holm-adjusted one-sided p value of "at most the margin worse"; absent in a race, which goes by its intervals. */
  adjustedP?: number;
  verdict: "non-inferior" | "inferior" | "undecided";
}

/** How a candidate compares with the baseline on the rows that neither had learned from; without figures on too few. */
export interface CleanLead {
  over: string;
  /** Rows that are clean for both. */
  rows: number;
  difference?: number;
  low?: number;
  high?: number;
}
