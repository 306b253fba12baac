import {type ChatAnswer, contentText, optional, parseChatChunk, toLogprobs, toUsage} from "./chatResponse.js";
import {EndpointError, type TokenLogprob, type ToolCall, type Usage} from "./types.js";

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
  let finishReason: string | undefined;
  let firstTokenMs: number | undefined;
  let usage: Usage | undefined;
  let served: {model?: string | null; system_fingerprint?: string | null} = {};
  const logprobs: TokenLogprob[] = [];
  const toolCalls: ToolCall[] = [];
  let received = 0;
  try {
    for await (const raw of chunks) {
      const chunk = parseChatChunk(raw, hide);
      received++;
      usage = toUsage(chunk.usage) ?? usage;
      served = {
        model: chunk.model || served.model,
        system_fingerprint: chunk.system_fingerprint || served.system_fingerprint
      };
      // With `n` above 1 the choices come interleaved; the first is the answer, as it is without a stream.
      const choice = chunk.choices?.find(({index}) => !index);
      if (!choice) continue;
      const piece = contentText(choice.delta?.content) || choice.delta?.refusal || "";
      const calls = choice.delta?.tool_calls ?? [];
      if (piece || calls.length) firstTokenMs ??= sinceStart();
      text += piece;
      for (const call of calls) addToolCall(toolCalls, call);
      for (const one of toLogprobs(choice.logprobs) ?? []) logprobs.push(one);
      finishReason = choice.finish_reason ?? finishReason;
    }
  } catch (error) {
    const complete = finishReason !== undefined;
    if (!(complete && error instanceof EndpointError && error.kind === "truncated-stream")) throw error;
  }
  if (finishReason === undefined)
    throw new EndpointError(
      "truncated-stream",
      `The stream ended after ${received} chunks without a finish_reason.`
    );
  return {
    text,
    ...(toolCalls.length ? {toolCalls} : undefined),
    finishReason,
    ...(firstTokenMs === undefined ? undefined : {firstTokenMs}),
    ...optional(usage, logprobs, served)
  };
}

interface ToolCallDelta {
  index?: number | null;
  id?: string | null;
  function?: {name?: string | null; arguments?: string | null} | null;
}

function addToolCall(calls: ToolCall[], delta: ToolCallDelta): void {
  const index = delta.index ?? (delta.id ? calls.length : Math.max(0, calls.length - 1));
  while (calls.length <= index)
    calls.push({id: `call_${calls.length}`, type: "function", function: {name: "", arguments: ""}});
  const call = calls[index]!;
  if (delta.id) call.id = delta.id;
  call.function.name += delta.function?.name ?? "";
  call.function.arguments += delta.function?.arguments ?? "";
}
