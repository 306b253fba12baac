import type {TokenPrice} from "../../base/costs/index.js";

/** What a thousand rows cost with one candidate, in US dollars. */
export interface CandidateCost {
  usdPerThousand: number;
  /** Of `usdPerThousand`, from the rows' own costs; absent below two rows or groups. */
  standardError?: number;
  /** 95 % interval. */
  low?: number;
  high?: number;
  /** Rows whose cost was counted. */
  rows: number;
  /** By other candidate, on the rows that both have; absent where nobody compared them. One without a shared row has no entry. */
  against?: Readonly<Record<string, CostAgainst>>;
  /**
   * Rows that were asked and have no answer: US dollars for a thousand rows had they been free, and had each been as dear as the
   * dearest row or as what others' answers to it tell. Absent when there are none.
   */
  failed?: {rows: number; lowest: number; highest: number};
  /** US dollars per million tokens, with where and when they were read; absent when the answers stated their cost. */
  price?: TokenPrice;
  /** The day on which its oldest price was read, where that was more than 90 days before the verdict. */
  oldPrice?: string;
}

/** What a candidate costs against another on the rows that both have, in US dollars for a thousand rows. */
export interface CostAgainst {
  rows: number;
  usdPerThousand: number;
  otherUsdPerThousand: number;
  /** 95 % interval of the other's cost over the own, paired by row and clustered as the run is; absent below two rows or groups, and where one is free. */
  timesLow?: number;
  timesHigh?: number;
}

export type CostsByCandidate = Readonly<Record<string, number | CandidateCost>>;

/** What tells tied candidates apart: by name as the score table has them; what is not known has no entry. */
export interface TieBreakers {
  /** US dollars for a thousand rows. */
  costs?: CostsByCandidate;
  latency?: Readonly<Record<string, Pick<Latency, "p95Ms" | "lowMs" | "highMs">>>;
  /** The most requests that were in flight at each endpoint when the latencies were taken. */
  requestsInFlight?: number;
  /** Bytes of the weights. */
  bytes?: Readonly<Record<string, number>>;
}

export interface TieChoice {
  candidate: string;
  /** Why it is named among the tied: "is 8 times cheaper (7.1 to 9)"; absent when nothing tells them apart. */
  reason?: string;
}

/** The 95th percentile of the answers whose time is known, and what it would be if the others had taken no time, or for ever. */
export interface Latency {
  p95Ms: number;
  /** 95 % interval of `p95Ms`; absent on too few answers, or groups of related rows (72 of each). */
  lowMs?: number;
  highMs?: number;
  answers: number;
  leastMs: number;
  mostMs: number;
}
