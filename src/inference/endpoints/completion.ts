import type {StageTokens, TokenCounts} from "../../base/costs/index.js";

export interface ToolCall {
  id: string;
  type: "function";
  function: {name: string; arguments: string};
}

export interface Message {
  role: "system" | "developer" | "user" | "assistant" | "tool";
  content: string | null;
  name?: string;
  tool_calls?: ToolCall[];
  tool_call_id?: string;
  /** Of the last message to a cascade or a reranked candidate: what its classifiers are given instead. No model is sent it. */
  columns?: readonly {name: string; text: string}[];
}

/** A tool definition as OpenAI-compatible servers take it; `parameters` is a JSON schema. */
export interface ToolDefinition {
  type: "function";
  function: {name: string; description?: string; parameters?: Record<string, unknown>};
}

/** Passed through to the server unchanged; every key is part of the completion's key. */
export interface ModelParameters {
  temperature?: number;
  top_p?: number;
  max_tokens?: number;
  seed?: number;
  stop?: string | string[];
  logprobs?: boolean;
  top_logprobs?: number;
  response_format?: Record<string, unknown>;
  [name: string]: unknown;
}

export interface CompletionRequest {
  model: string;
  messages: Message[];
  params?: ModelParameters;
  tools?: ToolDefinition[];
}

export type Usage = TokenCounts;

export interface TokenLogprob {
  token: string;
  logprob: number;
  /** Where they are not those of `token`: of half a character, for example. */
  bytes?: number[];
  top?: Omit<TokenLogprob, "top">[];
}

export interface Completion {
  text: string;
  toolCalls?: ToolCall[];
  /** As the server says; "refusal" where the text is that of a refusal, and "unknown" where it says nothing. */
  finishReason: string;
  /** Undefined when the server reports none: unknown, never 0. */
  usage?: Usage;
  logprobs?: TokenLogprob[];
  /** Milliseconds of the attempt that succeeded, from request to last byte. */
  latencyMs: number;
  /** Milliseconds to the first streamed token, of reasoning or of the answer; undefined when the response was not streamed. */
  firstTokenMs?: number;
  /** To the last streamed token; the server may tell its usage later. */
  lastTokenMs?: number;
  /** Of a stream: the completion tokens that it did not show, of reasoning that the server keeps to itself; 0 when absent. */
  unseenTokens?: number;
  /** Attempts made, 1 when the first succeeded. */
  attempts: number;
  /** US dollars; undefined when the endpoint states no price. */
  costUsd?: number;
  /** Of several models that answer together: the tokens of each stage that was asked, in their order; undefined when one is unknown. */
  stageTokens?: readonly StageTokens[];
  /** Model name and system fingerprint as the server reports them. */
  servedModel?: string;
  fingerprint?: string;
}

/** How likely a model is to give each of some answers. */
export interface ScoredAnswers {
  /**
   * Natural logarithm of the probability of each as the whole answer, its end included, at temperature 1, in their order; undefined
   * of one that prompt and answer leave no room for.
   */
  logprobs: readonly (number | undefined)[];
  usage: Usage;
  latencyMs: number;
  costUsd?: number;
}
