import type {SplitLeak} from "../../data/splits/index.js";

/** A text as a page shows it; `cut` when more of it is in the store. */
export interface ShownText {
  text: string;
  cut?: boolean;
}

/** Everything about one row of a run that its eval lets pages show. */
export interface RowDetail {
  id: string;
  position: number;
  cluster?: string;
  expected?: ShownText;
  slices: Record<string, string>;
  /** Training rows that it is known by, one for each measure of leakage; of a row in a test part. */
  training?: KnownFrom[];
  /** What was asked, by prompt variant; `messages` is left out where they are not published, `none` says that the store has none. */
  prompts: {variant: string; messages?: (ShownText & {role: string})[]; none?: true}[];
  answers: AnswerDetail[];
  /** The primary scores of the row in earlier runs of the eval, oldest first, by candidate. */
  history: {run: string; sealedAt: string; scores: Record<string, number>}[];
}

/** The training row that is most like a row of the test part, by one measure of leakage. */
export interface KnownFrom {
  measure: SplitLeak["measure"];
  row: string;
  /** From 0 to 1, where the measure is a degree. */
  similarity?: number;
  text?: ShownText;
}

/** What one candidate said about a row, in one repeat. */
export interface AnswerDetail {
  /** As in the verdict: "candidate" or "candidate · variant". */
  candidate: string;
  repeat: number;
  output?: ShownText;
  toolCalls?: ShownText;
  /** Why there is no completion. */
  failed?: string;
  scores: {scorer: string; value?: number; failed?: string; details?: ShownText}[];
  promptTokens?: number;
  completionTokens?: number;
  cachedTokens?: number;
  /** How tokens were counted where the server did not tell them. */
  tokensEstimatedBy?: string;
  latencyMs?: number;
  firstTokenMs?: number;
  costUsd?: number;
  attempts?: number;
  reused: boolean;
  finishReason?: string;
  servedModel?: string;
}

/** The rows of a run of which pages show texts, in files of `perFile` rows. */
export interface DetailFile {
  run: string;
  rows: RowDetail[];
}

/** A row whose score by one candidate is not as it was in the run before. */
export interface RowChange {
  row: string;
  /** As in the verdict: "candidate" or "candidate · variant". */
  candidate: string;
  kind: "worse" | "better" | "failed";
  before: number;
  /** Undefined of a row that failed now. */
  now?: number;
  expected?: ShownText;
  /** Of the first repeat, or why there was none. */
  answerBefore?: ShownText;
  answerNow?: ShownText;
}

/** What changed row by row since the complete run before. */
export interface RowChanges {
  before: {id: string; sealedAt: string};
  /** Those that changed most come first; of each kind a limited number. */
  rows: RowChange[];
  /** All there are. */
  counts: Record<RowChange["kind"], number>;
}
