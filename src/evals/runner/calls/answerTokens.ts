import type {
  ModelParameters,
  Completion,
  Endpoint,
  Message,
  TokenCounter
} from "../../../inference/endpoints/types.js";

/** The most tokens that one call's answers can have together; undefined when its parameters set no bound. */
export function answerTokens(params: ModelParameters = {}): number | undefined {
  // Servers differ in which of the two they go by.
  const bounds = [params.max_tokens, params["max_completion_tokens"]].filter(isNumeric);
  const answers = [params["n"], params["best_of"]].filter(isNumeric);
  return bounds.length > 0 ? Math.max(...bounds) * Math.max(1, ...answers) : undefined;
}

const isNumeric = (value: unknown) => typeof value === "number";

/** The answer with its tokens counted, marked as an estimate, where the server told none. */
export function withTokens<Answer extends Pick<Completion, "text" | "usage"> & Partial<Completion>>(
  answer: Answer,
  messages: readonly Message[],
  count: TokenCounter | undefined
): Answer {
  if (answer.usage || !count) return answer;
  const calls = answer.toolCalls ? JSON.stringify(answer.toolCalls) : "";
  return {...answer, usage: count(messages, answer.text + calls)};
}

/** What counts the tokens of each endpoint's calls, made once. */
export function tokenCounters(): (endpoint: Endpoint) => Promise<TokenCounter | undefined> {
  const made = new Map<Endpoint, Promise<TokenCounter> | undefined>();
  return async (endpoint) => {
    if (!made.has(endpoint)) made.set(endpoint, endpoint.tokenCounter?.());
    return made.get(endpoint);
  };
}
