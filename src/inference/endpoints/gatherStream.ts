import {
  type ChatAnswer,
  type ChatChunk,
  contentText,
  endOf,
  addOptional,
  parseChatChunk,
  refuseFailed,
  toLogprobs
} from "./chatResponse.js";
import {withUsage} from "./attemptsSpent.js";
import {reasoningTokens, toUsage} from "./chatUsage.js";
import {ToolCallPieces} from "./toolCallPieces.js";
import {EndpointError, type TokenLogprob, type Usage} from "./types.js";

/**
 * Puts the chunks of a streamed completion together. A stream that ends, or whose connection drops, before a
 * finish_reason is "truncated-stream": half an answer is never taken for a whole one.
 * `sinceStart` gives milliseconds since the request was sent.
 */
export async function gatherStream(
  chunks: AsyncIterable<unknown>,
  sinceStart: () => number,
  hide: (text: string) => string
): Promise<ChatAnswer> {
  let text = "";
  let refusal = "";
  let finishReason: string | undefined;
  let firstTokenMs: number | undefined;
  let lastTokenMs: number | undefined;
  let usage: Usage | undefined;
  let thought = 0;
  let showsThought = false;
  let served: {model?: string | null; system_fingerprint?: string | null} = {};
  const logprobs: TokenLogprob[] = [];
  const pieces = new ToolCallPieces();
  let received = 0;
  const read = (told: ChatChunk["usage"]) => {
    usage = toUsage(told) ?? usage;
    thought = reasoningTokens(told) || thought;
  };
  try {
    for await (const raw of chunks) {
      const chunk = parseChatChunk(raw, hide);
      received++;
      read(chunk.usage);
      served = {
        model: chunk.model || served.model,
        system_fingerprint: chunk.system_fingerprint || served.system_fingerprint
      };
      // With `n` above 1 the choices come interleaved; the first is the answer, as it is without a stream.
      const choice = chunk.choices?.find(({index}) => !index);
      if (!choice) continue;
      refuseFailed(choice, hide);
      read(choice.usage);
      const piece = contentText(choice.delta?.content) || choice.delta?.refusal || "";
      const calls = choice.delta?.tool_calls ?? [];
      const thinks = hasReasoning(choice.delta ?? {});
      showsThought ||= thinks;
      if (piece || calls.length || thinks) {
        lastTokenMs = sinceStart();
        firstTokenMs ??= lastTokenMs;
      }
      text += piece;
      refusal += choice.delta?.refusal ?? "";
      for (const call of calls) pieces.add(call);
      for (const one of toLogprobs(choice.logprobs) ?? []) logprobs.push(one);
      finishReason = choice.finish_reason || finishReason;
    }
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    const complete = finishReason !== undefined && error.kind === "truncated-stream";
    // What was streamed before is billed, also where the error is of a kind that costs nothing by itself.
    if (!complete) throw received ? withUsage(usage, begun(error)) : error;
  }
  if (finishReason === undefined)
    throw withUsage(
      usage,
      new EndpointError(
        "truncated-stream",
        `The stream ended after ${received} chunks without a finish_reason.`
      )
    );
  const toolCalls = pieces.all;
  const answer: ChatAnswer = {
    text,
    ...(toolCalls.length ? {toolCalls} : undefined),
    finishReason: endOf(finishReason, refusal),
    ...(firstTokenMs === undefined ? undefined : {firstTokenMs, lastTokenMs}),
    unseenTokens: thought === 0 || showsThought ? undefined : thought
  };
  addOptional(answer, usage, logprobs, served);
  return answer;
}

function begun({kind, message, detail}: EndpointError): EndpointError {
  return new EndpointError(kind, message, {...detail, mayBeBilled: true});
}

type Delta = NonNullable<NonNullable<ChatChunk["choices"]>[number]["delta"]>;

/**
 * Whether a piece of a stream holds tokens of the model's reasoning: as DeepSeek, vLLM and OpenRouter name them, or as Mistral's
 * parts of the content. A summary or an encrypted text stands for tokens that are not streamed.
 */
export function hasReasoning({reasoning_content: content, reasoning, ...rest}: Delta): boolean {
  const {reasoning_details: details, content: parts} = rest;
  if (Array.isArray(details) && details.length > 0)
    return details.some((one: unknown) => isOfType(one, "reasoning.text"));
  if (isText(content) || isText(reasoning)) return true;
  return Array.isArray(parts) && parts.some((part) => isOfType(part, "thinking"));
}

const isText = (value: unknown) => typeof value === "string" && value !== "";

function isOfType(part: unknown, type: string): boolean {
  return typeof part === "object" && part !== null && "type" in part && part.type === type;
}
