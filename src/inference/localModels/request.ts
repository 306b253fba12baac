/** What the engine is asked to write. */
export interface GenerationRequest {
  /** Text, in which special tokens are read as such, or token ids. */
  prompt: string | readonly number[];
  /** Put the first token (BOS) before a text, of models whose tokenizers do: for prompts that no chat template made. */
  addFirst?: boolean;
  /** Default: to the end of the context. */
  maxTokens?: number;
  /** 0 takes the likeliest token each time. Default 1. */
  temperature?: number;
  /** Keep the likeliest tokens up to this share of the probability; 1 keeps all. Default 1. */
  topP?: number;
  /** Keep so many of the likeliest tokens; 0 keeps all. Default 0. */
  topK?: number;
  /** Drop tokens less likely than this share of the likeliest; default 0. */
  minP?: number;
  /** Same seed, same text. Default "0". */
  seed?: string;
  /** The text ends before the first of these. */
  stop?: readonly string[];
  /** Log probabilities of the tokens written, and of so many of the likeliest in each place. */
  logprobs?: boolean;
  topLogprobs?: number;
  /** A GBNF grammar with the rule `root` that the text must follow. */
  grammar?: string;
  /** The grammar holds from the end of the first of these texts on, and before it everything is free. */
  grammarAfter?: string;
  /** The name of a loaded adapter; none is the base model. */
  adapter?: string;
  /** Show the model's special tokens in the text. */
  showSpecial?: boolean;
}

export interface GeneratedToken {
  id: number;
  text: string;
  /** Where the text does not say them. */
  bytes?: number[];
  logprob: number;
  top?: Omit<GeneratedToken, "top">[];
}

export interface Generation {
  text: string;
  tokens: number[];
  finishReason: "stop" | "length";
  promptTokens: number;
  /** Prompt tokens that an earlier request had left computed. */
  reusedTokens: number;
  completionTokens: number;
  logprobs?: GeneratedToken[];
  /** Milliseconds from the request to the first token, waiting for a free place included. */
  firstTokenMs: number;
  /** Milliseconds from the request to its end. */
  totalMs: number;
}

/** Answers whose probabilities are asked for. */
export interface ScoringRequest extends Pick<GenerationRequest, "prompt" | "addFirst" | "adapter"> {
  answers: readonly string[];
}

export interface ScoredTexts {
  /**
   * Natural logarithm of each answer's probability at temperature 1 as the whole answer, its end included, in their order;
   * undefined of one that the context has no room for.
   */
  logprobs: (number | undefined)[];
  /** Tokens of prompts and answers, a prompt with each answer, and how many of them were left computed. */
  tokens: number;
  reusedTokens: number;
}

/** How a model is loaded. */
export interface EngineOptions {
  /** A GGUF file. */
  path: string;
  /** GGUF LoRA files by the names that requests use. */
  adapters?: Readonly<Record<string, string>>;
  /** Threads of the computation, never above the cores there are. Default: all but one, at least one. */
  threads?: number;
  /** Requests computed together. Default 4. */
  parallel?: number;
  /**
   * The same request has the same answer alone and beside others, to the last bit (default). False computes all
   * requests in one call where that is not so: faster, and a near tie may fall otherwise.
   */
  exact?: boolean;
  /** Tokens of prompt and answer of one request. Default: what the model was trained for, at most 4,096. */
  contextTokens?: number;
  /**
   * Take the memory for keys and values of the model and of every adapter when they are loaded: what does not fit is refused
   * then. Default: each at its first request.
   */
  openAll?: boolean;
  /** Layers on a graphics processor where the library has one; default 0. */
  gpuLayers?: number;
}

/** What was loaded. */
export interface EngineInfo {
  devices: string[];
  threads: number;
  parallel: number;
  /** Whether requests are computed in one call. */
  together: boolean;
  contextTokens: number;
  vocabulary: number;
  /** Bytes of the weights, and of the keys and values of all places of a lane: the model's, or an adapter's. */
  weightBytes: number;
  cacheBytes: number;
  parameters: number;
  chatTemplate?: string;
  /** Texts of the special tokens, for templates. */
  specialTokens: Record<string, string>;
}
