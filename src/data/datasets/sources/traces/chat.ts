import {isObject, type JsonObject, objectsOf, textOf} from "../importers/json.js";
import {lastExchange, messageAnswer, messageText, toolCalls} from "../importers/messages.js";
import type {TraceRow} from "./traceRow.js";

/** What was sent, from whatever a tool keeps as the input of a call: messages, an object with them, or a prompt. */
export function askedIn(value: unknown): Pick<TraceRow, "system" | "input" | "messages"> {
  const told = parsed(value);
  const list = Array.isArray(told) ? told : isObject(told) ? told.messages : undefined;
  const messages = objectsOf(Array.isArray(list) && Array.isArray(list[0]) ? list[0] : list).map(
    plainMessage
  );
  if (messages.length === 0 || !messages.every(({role}) => typeof role === "string")) {
    const prompt = isObject(told) ? (told.prompt ?? told.input ?? value) : value;
    return {input: textOf(prompt ?? undefined)};
  }
  const {input, system} = lastExchange(messages);
  return {input, system, messages: JSON.stringify(messages)};
}

/** The answer, from whatever a tool keeps as the output of a call: a message, choices, generations, or a text. */
export function answeredIn(value: unknown): Pick<TraceRow, "output" | "tool_calls"> {
  const told = parsed(value);
  if (!isObject(told) && !Array.isArray(told)) return {output: textOf(value ?? undefined)};
  const found = answerIn(told);
  if (!found) return {output: textOf(value)};
  const message = plainMessage(found);
  return {output: messageAnswer(message), tool_calls: toolCalls(message)};
}

function answerIn(told: JsonObject | unknown[]): JsonObject | undefined {
  if (Array.isArray(told)) {
    const list = objectsOf(Array.isArray(told[0]) ? told[0] : told);
    return list.map(plainMessage).findLast(({role}) => role === "assistant") ?? undefined;
  }
  const choice = objectsOf(told.choices)[0];
  if (isObject(choice?.message)) return choice.message;
  if (Array.isArray(told.generations)) {
    const [first] = told.generations as unknown[];
    const generation = objectsOf(Array.isArray(first) ? first : told.generations)[0];
    if (isObject(generation?.message)) return generation.message;
    if (generation) return {role: "assistant", content: generation.text};
  }
  if (isObject(told.message)) return told.message;
  if (Array.isArray(told.messages)) return answerIn(told.messages as unknown[]);
  if (typeof told.output === "string") return {role: "assistant", content: told.output};
  return "content" in told || "tool_calls" in told || "kwargs" in told ? told : undefined;
}

const ROLES = new Map([
  ["human", "user"],
  ["ai", "assistant"],
  ["aimessagechunk", "assistant"]
]);

/**
 * A message as OpenAI writes it. LangChain writes its class (`id` ends in "HumanMessage") with `kwargs`, or a `type` such as
 * "human" (langchain_core `messages_to_dict` and `dumpd`).
 */
function plainMessage(message: JsonObject): JsonObject {
  const inner = [message.kwargs, message.data].find(isObject);
  if (!inner && typeof message.role === "string") return message;
  const named = Array.isArray(message.id)
    ? String(message.id.at(-1)).replace(/Message(Chunk)?$/, "")
    : message.type;
  const {content, tool_calls, additional_kwargs} = {...message, ...inner};
  const stated = isObject(additional_kwargs) ? additional_kwargs.tool_calls : undefined;
  const calls = [tool_calls, stated].find((list) => Array.isArray(list) && list.length > 0);
  const kind = typeof named === "string" ? named.toLowerCase() : undefined;
  return {
    role: kind === undefined ? message.role : (ROLES.get(kind) ?? kind),
    content: content ?? messageText(message),
    tool_calls: calls
  };
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
