import {withArguments} from "../../../weights/chatTemplates/index.js";
import type {TrainingMessage} from "./messages.js";
import {contentOf} from "./trainingExample.js";

/** Templates of open models know no developer: the words are a system message's. */
export const asSystem = (message: TrainingMessage): TrainingMessage =>
  message.role === "developer" ? {...message, role: "system"} : message;

/** Text parts as one text: a column of texts and lists is of two types. A list with other parts stays. */
export const withText = (message: TrainingMessage): TrainingMessage =>
  isTexts(message.content) ? {...message, content: contentOf(message)} : message;

/** Templates write the arguments of calls as JSON: as text they would be written as JSON twice. */
export const withObjects = (message: TrainingMessage): TrainingMessage =>
  Array.isArray(message.tool_calls)
    ? {...message, tool_calls: message.tool_calls.map(withArguments)}
    : message;

/** Arguments of calls as JSON: as objects their fields would have to be of one type in all rows. */
export const withJsonArguments = (message: TrainingMessage): TrainingMessage =>
  Array.isArray(message.tool_calls)
    ? {...message, tool_calls: message.tool_calls.map((call) => withJson(call, "arguments"))}
    : message;

/** Parameters of tools as JSON, for the same reason. */
export const withJsonParameters = (tools: unknown): unknown =>
  Array.isArray(tools) ? tools.map((tool) => withJson(tool, "parameters")) : tools;

/** A call or a tool with a member of its function as JSON. */
function withJson(value: unknown, member: string): unknown {
  const {function: inner} = (value ?? {}) as {function?: Record<string, unknown>};
  const held = inner?.[member];
  if (typeof held !== "object" || held === null) return value;
  return {...(value as object), function: {...inner, [member]: JSON.stringify(held)}};
}

function isTexts(content: unknown): boolean {
  return (
    Array.isArray(content) &&
    content.length > 0 &&
    content.every((part) => typeof (part as {text?: unknown} | null)?.text === "string")
  );
}
