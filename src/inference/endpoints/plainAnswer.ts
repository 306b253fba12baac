import {isErrorBody} from "./errorBody.js";
import {isObject} from "../../base/validation/isObject.js";

const isTextOrNone = (value: unknown) => value == null || typeof value === "string";
const isCountOrNone = (value: unknown) => value == null || isCount(value);
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * Whether a chat completion is one text with what usually stands around it, in forms that the schema takes as they are. To look
 * costs far less than the schema does; whatever else there is goes through that.
 */
export function isPlainAnswer(body: unknown): boolean {
  if (!isObject(body) || isErrorBody(body)) return false;
  const {choices, model, system_fingerprint: fingerprint, usage} = body;
  if (!isTextOrNone(model) || !isTextOrNone(fingerprint) || !isPlainUsage(usage)) return false;
  return Array.isArray(choices) && choices.length === 1 && isPlainChoice(choices[0]);
}

function isPlainChoice(choice: unknown): boolean {
  if (!isObject(choice) || choice["logprobs"] != null) return false;
  const {finish_reason: end, message} = choice;
  if (typeof end !== "string" || end === "" || !isObject(message)) return false;
  return (
    typeof message["content"] === "string" &&
    isTextOrNone(message["refusal"]) &&
    message["tool_calls"] == null
  );
}

function isPlainUsage(usage: unknown): boolean {
  if (usage == null) return true;
  if (!isObject(usage) || !isCount(usage["prompt_tokens"]) || !isCountOrNone(usage["completion_tokens"]))
    return false;
  const {total_tokens: total, prompt_cache_hit_tokens: hit, cached_tokens: cached} = usage;
  const details = usage["prompt_tokens_details"];
  return (
    isCountOrNone(total) &&
    isCountOrNone(hit) &&
    isCountOrNone(cached) &&
    (details == null || (isObject(details) && isCountOrNone(details["cached_tokens"])))
  );
}
