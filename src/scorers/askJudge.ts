import {
  type CompletionRequest,
  type Endpoint,
  EndpointError,
  type ModelParameters
} from "../endpoints/types.js";
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

/** The judge's answer, or why there is none. Messages of an EndpointError hold no key and no prompt. */
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
    return {text: completion.text};
  } catch (error) {
    if (error instanceof EndpointError && error.kind !== "aborted")
      return {failed: `the judge gave no answer: ${error.message}`};
    throw error;
  }
}

/** What identifies a judge in a scorer's version. */
export function judgeSettings({endpoint, model, params = {temperature: 0}}: Judge): {[key: string]: Json} {
  return {endpoint: endpoint.name, model, params: params as {[key: string]: Json}};
}

/** The conversation the candidate answered, as text for a judge to read. */
export function conversationText(messages: readonly {role: string; content: string | null}[]): string {
  if (messages.length === 1) return messages[0]!.content ?? "";
  return messages.map(({role, content}) => `${role}: ${content ?? ""}`).join("\n\n");
}
