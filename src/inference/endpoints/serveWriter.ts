import {HttpError} from "./httpError.js";
import type {ServerResponse} from "node:http";
import {type Head, sendCompletion, streamOf} from "./chatReply.js";
import {type ChatRequest, textOfMessage} from "./chatRequest.js";
import {
  type Completion,
  type Endpoint,
  isEndpointError,
  type Message,
  type ModelParameters,
  type TokenLogprob,
  type ToolDefinition
} from "./types.js";

/** A model that writes, by the name it is served under. */
export interface ServedWriter {
  name: string;
  endpoint: Endpoint;
  /** What identifies the weights. */
  weights: string;
  createdAt?: string;
}

/** Makes an answer of a model, and may look at it. */
export type ServeObserver = <T extends Pick<Completion, "finishReason" | "usage">>(
  model: string,
  make: () => Promise<T>
) => Promise<T>;

const OWN = new Set([
  "model",
  "messages",
  "stream",
  "stream_options",
  "tools",
  "user",
  "n",
  "store",
  "metadata"
]);

/**
 * Answers a chat completion by an endpoint: whole, or as a stream when the request asks for one. False where the answer failed after
 * its beginning or the client had gone.
 */
export async function answerByWriter(
  {endpoint, name}: ServedWriter,
  chat: ChatRequest,
  response: ServerResponse,
  {head, observe}: {head: Head; observe: ServeObserver}
): Promise<boolean> {
  const params: ModelParameters = Object.fromEntries(
    Object.entries(chat).filter(([key, value]) => !OWN.has(key) && value !== null)
  );
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const tools = (chat.tools ?? []) as ToolDefinition[];
  // Models on this machine read texts: parts would be written out as they stand.
  const messages = chat.messages.map((message) => ({
    ...message,
    content: textOfMessage(message)
  })) as Message[];
  // Calls are known when the answer is read to its end, so that what may hold some comes in one piece.
  const pieces = chat.stream === true && (tools.length === 0 || params.tool_choice === "none");
  const stream = streamOf(response, head, chat.stream_options?.include_usage ?? false);
  // Endpoints that are reached over HTTP tell nothing before the end.
  let told = false;
  const onText = (text: string, logprobs?: TokenLogprob[]) => {
    told = true;
    stream.text(text, chat.logprobs === true ? {logprobs} : undefined);
  };
  let completion: Completion;
  try {
    completion = await observe(name, () =>
      endpoint.complete(
        {model: name, messages, params, tools},
        {signal: gone.signal, onText: pieces ? onText : undefined}
      )
    );
  } catch (error) {
    if (response.destroyed) return false;
    const refused = httpErrorOf(error);
    if (!stream.begun) throw refused;
    stream.fail(refused.message);
    return false;
  }
  if (response.destroyed) return false;
  const {text, toolCalls, finishReason, usage, costUsd} = completion;
  // A cascade asks for log probabilities of its own accord.
  const logprobs = chat.logprobs === true ? completion.logprobs : undefined;
  const answer = {text, toolCalls, finishReason, logprobs, usage, costUsd};
  if (chat.stream) {
    if (!told) stream.text(text, answer);
    stream.end(answer);
  } else sendCompletion(response, head, answer);
  return true;
}

function httpErrorOf(error: unknown): HttpError {
  // The endpoint of a served candidate has tried again itself, within its policy.
  const {kind, message} = isEndpointError(error) ? error : {kind: undefined, message: ""};
  if (kind === "bad-request") return new HttpError(400, message, "invalid_request_error");
  if (kind === "rate-limit") return new HttpError(429, message, "rate_limit_exceeded");
  if (kind === "auth") return new HttpError(401, message, "authentication_error", false);
  if (kind === "timeout") return new HttpError(504, message, "timeout", false);
  return new HttpError(500, error instanceof Error ? error.message : String(error), "server_error");
}

/** Of a list of models. */
export function listedModel({name, weights, createdAt}: Omit<ServedWriter, "endpoint">) {
  return {
    id: name,
    object: "model",
    created: Math.floor(Date.parse(createdAt ?? "") / 1000) || 0,
    owned_by: "assay",
    weights
  };
}
