import {
  type CompletionRequest,
  type Endpoint,
  EndpointError,
  type Message,
  type ModelParameters
} from "../../inference/endpoints/types.js";
import {isCut, isRefused} from "../../base/store/answerEnds.js";
import {answerText} from "../../base/store/answerText.js";
import {anyObject, required, text} from "./scorerOptions.js";
import type {Json, ScorerCalls} from "./types.js";

export interface Judge {
  endpoint: Endpoint;
  model: string;
  /** Default: temperature 0. */
  params?: ModelParameters;
}

/** What the options of a scorer that asks a judge must be, beside its own. */
export const JUDGE = {endpoint: required(anyObject), model: required(text), params: anyObject};

/**
 * The judge's answer, or why there is none that counts: one that was cut off or withheld may have stopped before its verdict.
 * Messages of an EndpointError hold no key and no prompt.
 */
export async function askJudge(
  {endpoint, model, params = {temperature: 0}}: Judge,
  prompt: string,
  {
    calls,
    ...options
  }: {rowId: string; judged: string; repeat?: number; signal?: AbortSignal; calls?: ScorerCalls}
): Promise<{text: string} | {failed: string}> {
  try {
    const request: CompletionRequest = {model, params, messages: [{role: "user", content: prompt}]};
    const completion = await (calls
      ? calls.ask(endpoint, request, options)
      : endpoint.complete(request, options));
    const broken = brokenOff(completion.finishReason);
    return broken === undefined ? {text: completion.text} : {failed: broken};
  } catch (error) {
    if (error instanceof EndpointError && error.kind !== "aborted")
      return {failed: `the judge gave no answer: ${error.message}`};
    throw error;
  }
}

/** Why an answer that ended so is no whole one. Answers kept by earlier releases may not say how they ended. */
function brokenOff(finishReason = ""): string | undefined {
  if (isCut(finishReason))
    return `the judge's answer was cut off (finish_reason "${finishReason}"): raise max_tokens in the judge's params, or give it a model with a longer context`;
  return isRefused(finishReason)
    ? `the judge's answer was withheld (finish_reason "${finishReason}"): its provider's filter or the model refused this row; ask another judge about it`
    : undefined;
}

/** What identifies a judge in a scorer's version. */
export function judgeSettings({endpoint, model, params = {temperature: 0}}: Judge): {[key: string]: Json} {
  return {endpoint: endpoint.name, model, params: params as {[key: string]: Json}};
}

/** The conversation the candidate answered, calls of tools included, as text for a judge to read. */
export function conversationText(messages: readonly Message[]): string {
  if (messages.length === 1) return messageText(messages[0]!);
  return messages.map((message) => `${message.role}: ${messageText(message)}`).join("\n\n");
}

function messageText({content, tool_calls: calls}: Message): string {
  return answerText(contentText(content), calls);
}

/** Content is text by its type; a prompt function's may be a list of parts all the same. */
function contentText(content: unknown): string {
  if (content === null || content === undefined) return "";
  return typeof content === "string" ? content : JSON.stringify(content);
}
