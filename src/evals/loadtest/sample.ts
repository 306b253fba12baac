/** One request of a load test; times in milliseconds on one clock. */
export interface LoadSample {
  /** When it was to arrive. */
  dueMs: number;
  sentMs: number;
  endedMs: number;
  /** Since it was sent. */
  firstTokenMs?: number;
  /** Since it was sent; absent where an answer ends with its last token. */
  lastTokenMs?: number;
  promptTokens?: number;
  completionTokens?: number;
  /** Of those: reasoning that was not streamed. */
  unseenTokens?: number;
  /** Kind of error; "unanswered" when the time was up. */
  error?: string;
}

/** What came of a request. Never rejects. */
export type LoadReply = Omit<LoadSample, "dueMs" | "sentMs" | "endedMs">;

/** Sends the next request; undefined when no more may be sent. */
export type Send = (signal: AbortSignal) => Promise<LoadReply> | undefined;
