import {type ServerResponse} from "node:http";
import {HttpError} from "./httpError.js";
import {type PredictionAnswer} from "./predictionAnswer.js";
import {type TokenLogprob} from "./types.js";

export type Head = {id: string; created: number; model: string; system_fingerprint: string};

export function sendCompletion(response: ServerResponse, head: Head, answer: PredictionAnswer): void {
  const {text, finishReason, usage, logprobs} = answer;
  sendJson(response, 200, {
    ...head,
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message: {role: "assistant", content: text, refusal: null},
        logprobs: logprobsOf(logprobs),
        finish_reason: finishReason
      }
    ],
    usage: usageOf(usage)
  });
}

export function sendStream(
  response: ServerResponse,
  head: Head,
  answer: PredictionAnswer,
  includeUsage: boolean
): void {
  const {text, finishReason, usage, logprobs} = answer;
  const chunk = (choices: object[], sum: object | null = null) =>
    `data: ${JSON.stringify({...head, object: "chat.completion.chunk", choices, usage: includeUsage ? sum : undefined})}\n\n`;
  response.writeHead(200, {"content-type": "text/event-stream", "cache-control": "no-cache"});
  response.write(chunk([{index: 0, delta: {role: "assistant", content: ""}, finish_reason: null}]));
  response.write(
    chunk([{index: 0, delta: {content: text}, logprobs: logprobsOf(logprobs), finish_reason: null}])
  );
  response.write(chunk([{index: 0, delta: {}, finish_reason: finishReason}]));
  if (includeUsage) response.write(chunk([], usageOf(usage)));
  response.end("data: [DONE]\n\n");
}

function logprobsOf(logprobs: TokenLogprob[] | undefined): object | null {
  if (!logprobs) return null;
  const bytes = (token: string) => [...Buffer.from(token)];
  return {
    content: logprobs.map(({token, logprob, top = []}) => ({
      token,
      logprob,
      bytes: bytes(token),
      top_logprobs: top.map((one) => ({...one, bytes: bytes(one.token)}))
    }))
  };
}

function usageOf({promptTokens, completionTokens}: PredictionAnswer["usage"]): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens
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
  if (known.status === 405) response.setHeader("allow", known.message.includes("POST") ? "POST" : "GET");
  const {message, code, status} = known;
  const type = status < 500 ? "invalid_request_error" : "server_error";
  sendJson(response, status, {error: {message, type, code, param: null}});
}
