import {pythonJson} from "../../../../base/validation/index.js";
import {isObject, type JsonObject, objectsOf, textOf} from "./json.js";

/** What was asked and answered in a span; a call of tools alone is an answer without text. */
export interface SpanExchange {
  input?: string;
  output?: string;
  /** JSON, as the span holds them. */
  tool_calls?: string;
}

/**
 * The exchange of a span, from wherever its conventions put messages: attributes with JSON (the present ones), numbered
 * attributes (`gen_ai.prompt.0.content`, OpenLLMetry), or events of the span (before 2025). Of several choices the first.
 */
export function exchangeOf(
  span: JsonObject,
  attributes: JsonObject,
  attributesOf: (list: unknown) => JsonObject
): SpanExchange {
  const {asked, answers} = spanMessages(span, attributes, attributesOf);
  const [answer] = answers;
  const user = asked.findLast(({role}) => role === "user");
  const calls = answer && callsIn(answer);
  const text = answer && textIn(answer.content);
  return {
    input: user && textIn(user.content),
    output: text === "" && calls !== undefined ? undefined : text,
    tool_calls: calls
  };
}

/** All messages of a span, and its choices. */
export function spanMessages(
  span: JsonObject,
  attributes: JsonObject,
  attributesOf: (list: unknown) => JsonObject
): {asked: JsonObject[]; answers: JsonObject[]} {
  const events = objectsOf(span.events).map((event) => ({
    ...attributesOf(event.attributes),
    name: textOf(event.name) ?? ""
  }));
  const told = (event: string, key: string) =>
    (events as JsonObject[]).find(({name}) => name === event)?.[key];
  const asked = firstOf(
    messagesIn(attributes["gen_ai.input.messages"] ?? attributes["gen_ai.prompt"]),
    messagesIn(told("gen_ai.content.prompt", "gen_ai.prompt")),
    numbered(attributes, "gen_ai.prompt"),
    eventMessages(events, /^gen_ai\.(\w+)\.message$/)
  );
  const answers = firstOf(
    messagesIn(attributes["gen_ai.output.messages"] ?? attributes["gen_ai.completion"]),
    messagesIn(told("gen_ai.content.completion", "gen_ai.completion")),
    numbered(attributes, "gen_ai.completion"),
    eventMessages(events, /^gen_ai\.choice$/)
  );
  return {asked, answers};
}

/** The text parts, one below the other; reasoning, images and calls of tools are none. Undefined where there is no text. */
export function textIn(content: unknown): string | undefined {
  const parts = Array.isArray(content) ? objectsOf(content) : partsIn(content);
  if (parts.length === 0) return typeof content === "string" ? content : undefined;
  const texts = parts
    .filter(({type}) => type === undefined || type === "text")
    .map((part) => part.text ?? part.content)
    .filter((text) => typeof text === "string");
  return texts.length > 0 ? texts.join("\n") : undefined;
}

export function parsedJson(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return pythonJson(value);
  } catch {
    return undefined;
  }
}

/** OpenLLMetry writes a content of several parts as JSON. */
function partsIn(content: unknown): JsonObject[] {
  if (typeof content !== "string" || !content.startsWith("[")) return [];
  const parts = objectsOf(parsedJson(content));
  return parts.every(({type}) => typeof type === "string") ? parts : [];
}

const firstOf = (...found: JsonObject[][]): JsonObject[] => found.find(({length}) => length > 0) ?? [];

/** Message parts are `{type: "text", content}` in these conventions. */
function messagesIn(value: unknown): JsonObject[] {
  return objectsOf(parsedJson(value)).map((message) =>
    Array.isArray(message.parts) ? {...message, content: message.parts as unknown} : message
  );
}

/** `PREFIX.0.role`, `PREFIX.0.content`, `PREFIX.0.tool_calls.0.name`. */
function numbered(attributes: JsonObject, prefix: string): JsonObject[] {
  const messages = new Map<number, JsonObject>();
  const calls = new Map<string, JsonObject>();
  for (const [key, value] of Object.entries(attributes)) {
    if (!key.startsWith(`${prefix}.`)) continue;
    const [, n, member, call, part] =
      /^(\d+)\.(?:(role|content)|tool_calls\.(\d+)\.(\w+))$/.exec(key.slice(prefix.length + 1)) ?? [];
    if (n === undefined) continue;
    const message = messages.get(Number(n)) ?? {};
    messages.set(Number(n), message);
    if (member !== undefined) message[member] = value;
    if (call === undefined || part === undefined) continue;
    const own = calls.get(`${n}.${call}`) ?? {};
    calls.set(`${n}.${call}`, own);
    own[part] = value;
    message.tool_calls = [...calls].filter(([place]) => place.startsWith(`${n}.`)).map(([, one]) => one);
  }
  return [...messages].sort(([a], [b]) => a - b).map(([, message]) => message);
}

/** Events hold a message's members as attributes, or all of it as JSON in `gen_ai.event.content`. */
function eventMessages(events: readonly JsonObject[], pattern: RegExp): JsonObject[] {
  return events.flatMap((event) => {
    const [found, role] = pattern.exec(String(event.name)) ?? [];
    if (found === undefined) return [];
    const body = parsedJson(event["gen_ai.event.content"]);
    const members: JsonObject = isObject(body) ? body : event;
    const message = parsedJson(members.message);
    return [{role: role ?? "assistant", ...members, ...(isObject(message) ? message : undefined)}];
  });
}

function callsIn(message: JsonObject): string | undefined {
  const stated = parsedJson(message.tool_calls);
  const parts = objectsOf(message.content).filter(({type}) => type === "tool_call");
  const calls = Array.isArray(stated) ? objectsOf(stated) : parts;
  return calls.length > 0 ? JSON.stringify(calls) : undefined;
}
