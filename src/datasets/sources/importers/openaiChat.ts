import {hashJson} from "../../../store/index.js";
import {at, isObject, objectsOf, readObjects, textOf, wrongShape} from "./json.js";
import {lastExchange, messageText} from "./messages.js";
import {isoTime} from "./times.js";
import type {Importer} from "./types.js";

/**
 * Chats in OpenAI's form, one a line: training examples (`messages`), batch requests (`body.messages`), or logged calls
 * (`request` and `response`). The last user message is the input, the answer to it the output.
 */
export const openaiChat: Importer = async function* (file, db) {
  for await (const line of readObjects(file, db)) {
    const request = [line, line.body, line.request].find(
      (one) => isObject(one) && Array.isArray(one.messages)
    );
    if (!isObject(request))
      throw wrongShape(file, "chat JSONL with `messages` (or `request.messages`) in every line");
    const messages = objectsOf(request.messages);
    const {input, output, system} = lastExchange(messages);
    const response = isObject(line.response) ? (line.response.body ?? line.response) : undefined;
    const answer = objectsOf(at(response, "choices"))[0]?.message;
    yield {
      id: textOf(line.id ?? line.custom_id ?? at(response, "id")) ?? hashJson(line).slice(0, 32),
      time: timeOf(line, response, file),
      model: textOf(at(response, "model") ?? request.model),
      system,
      input,
      output: isObject(answer) ? messageText(answer) : output,
      messages: JSON.stringify(messages)
    };
  }
};

function timeOf(line: unknown, response: unknown, file: string): string | undefined {
  const created = at(response, "created") ?? at(line, "created");
  if (typeof created === "number")
    return isoTime(created * 1000, {file, member: "created", value: created}, "seconds");
  return textOf(at(line, "timestamp") ?? at(line, "created_at"));
}
