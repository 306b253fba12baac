import {memberOf} from "../../base/validation/memberOf.js";
import {TemplateError} from "./chatTemplate.js";
import type {ChatMessage} from "./types.js";
import {isObject} from "../../base/validation/isObject.js";

/** A message as it is sent to an API or kept for training; it may have further members. */
export interface ApiMessage {
  role: string;
  content?: unknown;
  tool_calls?: unknown;
  function_call?: unknown;
}

/** Roles that chat templates do not know, as the ones that they do. */
const ROLES: Readonly<Record<string, string>> = {developer: "system", function: "tool"};

/**
 * A message as chat templates read it: a developer is the system, text parts are one text, and a call's arguments are an
 * object. Training and inference share it, so that a model is asked as it was trained. Throws a TemplateError for parts
 * that are no text.
 */
export function forTemplate(message: ApiMessage): ChatMessage {
  const {role, content, tool_calls: calls, function_call: call, ...rest} = message;
  const made: ChatMessage = {...rest, role: memberOf(ROLES, role) ?? role, content: textOf(content)};
  const all = Array.isArray(calls) ? (calls as unknown[]) : isObject(call) ? [{function: call}] : undefined;
  // Templates ask whether a message has the member at all.
  if (all) made.tool_calls = all.map(withArguments);
  return made;
}

/** Parts are joined by line ends, as inference servers do. */
function textOf(content: unknown): unknown {
  if (!Array.isArray(content)) return content ?? "";
  return content
    .map((part: unknown) => {
      if (typeof part === "string") return part;
      if (isObject(part) && typeof part.text === "string") return part.text;
      const type = isObject(part) ? part.type : part;
      throw new TemplateError(`a message has a part that is no text (${JSON.stringify(type)})`);
    })
    .join("\n");
}

/** A call of a tool with its arguments as an object. Some tools write a call without the member `function`. */
export function withArguments(call: unknown): unknown {
  if (!isObject(call)) return call;
  if (isObject(call.function)) return {...call, function: withArguments(call.function)};
  return "arguments" in call ? {...call, arguments: parsed(call.arguments)} : call;
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
