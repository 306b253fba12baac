import type {Latency} from "./costTypes.js";
import type {CandidateCost, ScoreTable} from "./types.js";

export interface GateResult {
  candidate: string;
  /** The rule in words: "score at least 85.0". */
  rule: string;
  status: GateStatus;
  /** What was found. */
  message: string;
  /** About how many more rows would decide an undecided rule, at power 0.8 if the figure is what it was seen to be. */
  rowsNeeded?: number;
}

/** What a rule found of a candidate that is named elsewhere. */
export type GateFinding = Omit<GateResult, "candidate">;

/** What a candidate's calls came to, as the store holds them. */
export interface CandidateCalls {
  candidate: string;
  planned: number;
  failed: number;
  /** Tries of all its requests, those before an answer too; absent where it is not known of each. */
  attempts?: number;
  /** Undefined when no answer's time is known. */
  latency?: Latency;
  /** The most requests in flight at each endpoint meanwhile; absent where it is not known. */
  concurrency?: number;
  /** US dollars for a thousand rows; undefined when a price is not stated. */
  costUsdPerThousand?: number;
  /** The same with its uncertainty and the price it comes from. */
  cost?: CandidateCost;
}

/** A run whose scores a rule compares with. */
export interface EarlierRun {
  run: string;
  table: ScoreTable;
  /** Whether another scorer gave its scores. */
  otherScorer?: boolean;
  /** Candidates that were asked the same on all rows of both runs, and gave the same answers, as far as rows were not erased. */
  sameAnswers?: ReadonlySet<string>;
  /** Whether rows were erased from both. */
  isPurged?: boolean;
  /** Rows of both runs of which other answers were expected then. */
  otherExpected?: number;
}

/** What gates know beside scores and calls; what is absent leaves its rules undecided. */
export interface GateFacts {
  /** The run that a rule's `baselineRun` names; undefined when there is none. */
  baseline?(name: string): EarlierRun | undefined;
  leakage?: {measure: string; share: number};
  personalData?: {rows: number; of: number};
  /** Of a race: candidates that went before its last round. A rule about one of them goes by the rows that it was asked. */
  dropped?: readonly {table: ScoreTable; calls: CandidateCalls}[];
}

export type GateStatus = "pass" | "fail" | "undecided";

/** What must hold of a candidate for the change to be merged. Several conditions must all hold. */
export interface GateRule {
  /** The candidate the rule is about; the eval's pick when absent. */
  candidate?: string;
  /** Least score: the interval's lower bound must reach it to pass, its upper bound must miss it to fail. */
  minScore?: number;
  /** Not worse than the baseline by more than this, in score units. */
  maxRegression?: number;
  /**
   * What `maxRegression` measures against: the same candidate in an earlier run, named by its id or the beginning of it, or
   * the one before ("previous"). The eval's baseline candidate when absent.
   */
  baselineRun?: string;
  /** Largest share of test rows that may also stand in the training part, by the worst of the split's measures. */
  maxLeakageShare?: number;
  /** Most rows of the data version that may have unresolved findings of personal data. */
  maxPersonalDataRows?: number;
  maxFailureShare?: number;
  maxCostUsdPerThousand?: number;
  maxP95LatencyMs?: number;
}
