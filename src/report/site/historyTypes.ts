import type {KeptRecord} from "../../base/store/index.js";

/** A candidate's primary score in one run. */
export interface HistoryPoint {
  candidate: string;
  mean?: number;
  /** At 95%, for this run by itself. */
  low?: number;
  high?: number;
  /** At 95% for all runs together, however many follow. */
  alwaysLow?: number;
  alwaysHigh?: number;
  scored: number;
}

export interface HistoryRun {
  run: string;
  sealedAt: string;
  /** Its place in time: when it was sealed, or last asked for where that was later. */
  at: string;
  version: string;
  rows: number;
  points: HistoryPoint[];
  /** What differs from the run before in this history, in words; a line must not be drawn across it. */
  breaks: string[];
}

/** The complete runs of one eval on splits of one name, in the order in which they were last asked for, the newest last. */
export interface EvalHistory {
  id: string;
  eval: string;
  title: string;
  split: string;
  part: string;
  scorer: string;
  /** What the points are, where they are no means of rows: "corpus BLEU". */
  figure?: string;
  runs: HistoryRun[];
}

/** Which model a distillation kept on a version of its data. */
export type KeptEntry = Pick<
  KeptRecord,
  "distillation" | "at" | "version" | "outcome" | "kept" | "trained" | "judged" | "sentence"
>;

export interface HistoryData {
  histories: EvalHistory[];
  /** The newest first. */
  kept: KeptEntry[];
}
