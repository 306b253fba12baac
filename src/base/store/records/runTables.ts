import type {ColumnTypes} from "../parquet.js";

/**
 * The tables of a sealed run. One row of `items` is one dataset row the run looked at, one of `completions` is
 * one request's end, one of `scores` one scorer's word on one completion. All join on run and row_id;
 * completions and scores also on candidate, variant and repeat.
 */
export const ITEMS: ColumnTypes = {
  run: "VARCHAR",
  /** The order in which rows were planned, 0-based. */
  position: "BIGINT",
  row_id: "VARCHAR",
  row_hash: "VARCHAR",
  /** Rows of one cluster (a thread, a customer) are not independent; null when the eval names none. */
  cluster: "VARCHAR",
  /** JSON of what the eval expects. */
  expected: "VARCHAR",
  /** JSON object: slice name to slice value. */
  slices: "VARCHAR",
  /** A masked excerpt for pages; null when the eval publishes none. */
  excerpt: "VARCHAR"
};

/** What was asked about one row by one prompt: the same for every candidate. */
export const PROMPTS: ColumnTypes = {
  run: "VARCHAR",
  row_id: "VARCHAR",
  variant: "VARCHAR",
  /** JSON list of messages; null when the prompt function gave none, or the row was erased. */
  messages: "VARCHAR"
};

export const COMPLETIONS: ColumnTypes = {
  run: "VARCHAR",
  row_id: "VARCHAR",
  candidate: "VARCHAR",
  /** Name of the prompt variant, "default" when there is one prompt. */
  variant: "VARCHAR",
  repeat: "INTEGER",
  key: "VARCHAR",
  /** completed or failed */
  status: "VARCHAR",
  reason: "VARCHAR",
  /** EndpointErrorKind, or "prompt" when the eval's own prompt function threw. */
  reason_kind: "VARCHAR",
  output: "VARCHAR",
  tool_calls: "VARCHAR",
  finish_reason: "VARCHAR",
  prompt_tokens: "BIGINT",
  completion_tokens: "BIGINT",
  cached_tokens: "BIGINT",
  /** How tokens were counted where the server did not tell them: an estimate; null where it did. */
  tokens_estimated_by: "VARCHAR",
  /** Of an answer by several models, JSON: [prompt, completion, cached] of each stage that was asked, in their order; null where one is unknown. */
  stage_tokens: "VARCHAR",
  latency_ms: "DOUBLE",
  first_token_ms: "DOUBLE",
  cost_usd: "DOUBLE",
  attempts: "INTEGER",
  /** True when the completion came from the store: its latency is that of the first time, its cost what its tokens cost at this run's price. */
  reused: "BOOLEAN",
  served_model: "VARCHAR",
  fingerprint: "VARCHAR",
  logprobs: "VARCHAR",
  finished_at: "VARCHAR"
};

export const SCORES: ColumnTypes = {
  run: "VARCHAR",
  row_id: "VARCHAR",
  candidate: "VARCHAR",
  variant: "VARCHAR",
  repeat: "INTEGER",
  scorer: "VARCHAR",
  scorer_version: "VARCHAR",
  key: "VARCHAR",
  /** scored or failed */
  status: "VARCHAR",
  value: "DOUBLE",
  reason: "VARCHAR",
  details: "VARCHAR"
};
