import type {Completion, Endpoint, Message, TokenCounter} from "../../../inference/endpoints/types.js";

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
