import {hashJson} from "../../../../base/system/index.js";
import {at, isObject, type JsonObject, objectsOf, readObjects, textOf, wrongShape} from "./json.js";
import {messageAnswer, lastExchange, toolCalls} from "./messages.js";
import {isoTime} from "./times.js";
import type {Importer} from "./types.js";

/**
 * Chats in OpenAI's form, one a line: training examples (`messages`), batch requests (`body.messages`), or logged calls
 * (`request` and `response`). The last user message is the input, the answer to it the output: of a logged call the
 * response's, and of one that failed none.
 */
export const openaiChat: Importer = async function* (file, db) {
  for await (const line of readObjects(file, db)) {
    const request = [line, line.body, line.request].find(
      (one) => isObject(one) && Array.isArray(one.messages)
    );
    if (!isObject(request))
      throw wrongShape(file, "chat JSONL with `messages` (or `request.messages`) in every line");
    const messages = objectsOf(request.messages);
    const {input, answer: inMessages, system} = lastExchange(messages);
    const response = at(line.response, "body") ?? line.response ?? undefined;
    const responded = objectsOf(at(response, "choices"))[0]?.message;
    const error = failureOf(line, response, responded);
    const answer = response === undefined && error === undefined ? inMessages : responded;
    yield {
      id: textOf(line.id ?? line.custom_id ?? at(response, "id")) ?? hashJson(line).slice(0, 32),
      time: timeOf(line, response, file),
      model: textOf(at(response, "model") ?? request.model),
      system,
      input,
      output: isObject(answer) ? messageAnswer(answer) : undefined,
      tool_calls: isObject(answer) ? toolCalls(answer) : undefined,
      error,
      messages: JSON.stringify(messages)
    };
  }
};

/** Why a call has no answer: the error's words, else the status of HTTP, else that the response holds no message. */
function failureOf(line: JsonObject, response: unknown, message: unknown): string | undefined {
  const errors = [line.error, at(line.response, "error"), at(response, "error")];
  const said = errors.map(wordsOf).find((words) => words !== undefined);
  if (said !== undefined) return said;
  const status = at(line.response, "status_code") ?? at(line.response, "status");
  if (Number(status) >= 400) return `status ${String(status)}`;
  return response === undefined || isObject(message)
    ? undefined
    : "the response holds no message in `choices`";
}

/** Where nothing failed, loggers write an error that is null, or one without words. */
function wordsOf(error: unknown): string | undefined {
  return textOf((isObject(error) ? error.message || error.code || error.type : error) || undefined);
}

function timeOf(line: unknown, response: unknown, file: string): string | undefined {
  const created = at(response, "created") ?? at(line, "created");
  if (typeof created === "number")
    return isoTime(created * 1000, {file, member: "created", value: created}, "seconds");
  return textOf(at(line, "timestamp") ?? at(line, "created_at"));
}
