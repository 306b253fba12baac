import {isObject, type JsonObject, textOf} from "../importers/json.js";
import {finiteOf, type TraceRow} from "./traceRow.js";

/** Attributes with dotted names, whether they came so or as structures. */
export function flattened(
  value: JsonObject,
  prefix = "",
  into: JsonObject = Object.create(null) as JsonObject
): JsonObject {
  for (const [key, one] of Object.entries(value)) {
    const name = prefix + key;
    if (isObject(one) || (Array.isArray(one) && one.some(isObject)))
      flattened(one as JsonObject, `${name}.`, into);
    else into[name] = one;
  }
  return into;
}

/**
 * What OpenInference's attributes say of a call of a model, with flattened names; undefined where the span is none
 * (https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md).
 */
export function openInferenceCall(attributes: JsonObject): Omit<TraceRow, "id"> | undefined {
  if (attributes["openinference.span.kind"] !== "LLM") return undefined;
  const told = (name: string) => textOf(attributes[name] ?? undefined);
  const asked = messagesAt(attributes, "llm.input_messages");
  const [answer] = messagesAt(attributes, "llm.output_messages");
  const user = asked.findLast(({role}) => role === "user");
  return {
    operation: "chat",
    provider: told("llm.provider") ?? told("llm.system"),
    model: told("llm.model_name"),
    conversation: told("session.id"),
    system: textOf(asked.findLast(({role}) => role === "system")?.content),
    input: user ? textOf(user.content) : told("input.value"),
    messages: asked.length > 0 ? JSON.stringify(asked) : undefined,
    output: answer ? textOf(answer.content) : told("output.value"),
    tool_calls: answer?.tool_calls === undefined ? undefined : JSON.stringify(answer.tool_calls),
    prompt_tokens: finiteOf(attributes["llm.token_count.prompt"]),
    completion_tokens: finiteOf(attributes["llm.token_count.completion"]),
    cost_usd: finiteOf(attributes["llm.cost.total"])
  };
}

const PART =
  /^(\d+)\.message\.(?:(role|content|name|tool_call_id)|contents\.(\d+)\.message_content\.text|tool_calls\.(\d+)\.tool_call\.(id|function\.name|function\.arguments))$/;

/** `PREFIX.0.message.role`, `PREFIX.0.message.contents.0.message_content.text`, `PREFIX.0.message.tool_calls.0.tool_call.function.name`. */
function messagesAt(attributes: JsonObject, prefix: string): JsonObject[] {
  const messages: {plain: JsonObject; texts: string[]; calls: JsonObject[]}[] = [];
  for (const [key, value] of Object.entries(attributes)) {
    if (!key.startsWith(`${prefix}.`)) continue;
    const [, n, member, text, call, part] = PART.exec(key.slice(prefix.length + 1)) ?? [];
    // Numbers come from strangers: a huge one must not make a huge list.
    if (n === undefined || [n, text, call].some((index) => Number(index ?? 0) > 10_000)) continue;
    const message = (messages[Number(n)] ??= {plain: {}, texts: [], calls: []});
    if (member !== undefined) message.plain[member] = value;
    if (text !== undefined) message.texts[Number(text)] = String(value);
    if (call === undefined || part === undefined) continue;
    const own = (message.calls[Number(call)] ??= {type: "function", function: {}});
    if (part === "id") own.id = value;
    else (own.function as JsonObject)[part.slice("function.".length)] = value;
  }
  return messages.flatMap(({plain, texts, calls}) => {
    const content =
      plain.content ?? (texts.length > 0 ? texts.filter((one) => one !== undefined).join("\n") : undefined);
    const made = calls.filter((one) => one !== undefined);
    return [{...plain, content, tool_calls: made.length > 0 ? made : undefined}];
  });
}
