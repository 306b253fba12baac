import type {ServerResponse} from "node:http";
import {HttpError} from "./httpError.js";
import type {PredictionAnswer} from "./predictionAnswer.js";
import type {TokenLogprob, ToolCall, Usage} from "./types.js";

export type Head = {id: string; created: number; model: string; system_fingerprint: string};

/** An answer that is whole. */
export type ServedAnswer = Omit<PredictionAnswer, "usage"> & {
  /** Left out of the reply when it is unknown. */
  usage?: Usage;
  /** US dollars, where the models that were asked have a price. */
  costUsd?: number;
  toolCalls?: ToolCall[];
};

export function sendCompletion(response: ServerResponse, head: Head, answer: ServedAnswer): void {
  const {text, toolCalls, finishReason, usage, costUsd, logprobs} = answer;
  sendJson(response, 200, {
    ...head,
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message: {role: "assistant", content: text, tool_calls: toolCalls, refusal: null},
        logprobs: logprobsOf(logprobs),
        finish_reason: finishReason
      }
    ],
    usage: usageOf(usage, costUsd)
  });
}

/** An answer that is sent as it comes. */
export interface AnswerStream {
  readonly begun: boolean;
  text(text: string, answer?: Pick<ServedAnswer, "logprobs">): void;
  end(answer: ServedAnswer): void;
  /** What went wrong after the answer began. */
  fail(message: string): void;
}

/** Server-sent events of a chat completion; the first thing said begins the response. */
export function streamOf(response: ServerResponse, head: Head, includeUsage: boolean): AnswerStream {
  let begun = false;
  const chunk = (choices: object[], sum: object | null = null) =>
    `data: ${JSON.stringify({...head, object: "chat.completion.chunk", choices, usage: includeUsage ? sum : undefined})}\n\n`;
  const begin = () => {
    if (begun) return;
    begun = true;
    response.writeHead(200, {"content-type": "text/event-stream", "cache-control": "no-cache"});
    response.write(chunk([{index: 0, delta: {role: "assistant", content: ""}, finish_reason: null}]));
  };
  return {
    get begun() {
      return begun;
    },
    text(text, answer) {
      begin();
      response.write(
        chunk([
          {index: 0, delta: {content: text}, logprobs: logprobsOf(answer?.logprobs), finish_reason: null}
        ])
      );
    },
    end({toolCalls, finishReason, usage, costUsd}) {
      begin();
      if (toolCalls?.length)
        response.write(
          chunk([
            {
              index: 0,
              delta: {tool_calls: toolCalls.map((call, index) => ({index, ...call}))},
              finish_reason: null
            }
          ])
        );
      response.write(chunk([{index: 0, delta: {}, finish_reason: finishReason}]));
      if (includeUsage) response.write(chunk([], usageOf(usage, costUsd) ?? null));
      response.end("data: [DONE]\n\n");
    },
    fail(message) {
      response.end(
        `data: ${JSON.stringify({error: {message, type: "server_error", code: "server_error"}})}\n\n`
      );
    }
  };
}

export function sendStream(
  response: ServerResponse,
  head: Head,
  answer: ServedAnswer,
  includeUsage: boolean
): void {
  const stream = streamOf(response, head, includeUsage);
  stream.text(answer.text, answer);
  stream.end(answer);
}
function logprobsOf(logprobs: TokenLogprob[] | undefined): object | null {
  if (!logprobs) return null;
  const bytesOf = ({token, bytes}: TokenLogprob) => bytes ?? [...Buffer.from(token)];
  return {
    content: logprobs.map(({top = [], ...one}) => ({
      ...one,
      bytes: bytesOf(one),
      top_logprobs: top.map((other) => ({...other, bytes: bytesOf(other)}))
    }))
  };
}

function usageOf(usage: Usage | undefined, costUsd: number | undefined): object | undefined {
  if (!usage) return undefined;
  const {promptTokens, completionTokens, cachedTokens} = usage;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: cachedTokens === undefined ? undefined : {cached_tokens: cachedTokens},
    cost_usd: costUsd
  };
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {"content-type": "application/json", "content-length": bytes.length}).end(bytes);
}

export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const known = error instanceof HttpError ? error : new HttpError(500, "Internal error.", "server_error");
  if (known.status === 413) response.setHeader("connection", "close");
  if (known.status === 405)
    response.setHeader("allow", known.message.includes("POST") ? "POST, OPTIONS" : "GET, HEAD, OPTIONS");
  const {message, code, status, mayRetry} = known;
  // OpenAI's clients ask again at any 5xx otherwise.
  if (!mayRetry) response.setHeader("x-should-retry", "false");
  const type = status < 500 ? "invalid_request_error" : "server_error";
  sendJson(response, status, {error: {message, type, code, param: null}});
}
