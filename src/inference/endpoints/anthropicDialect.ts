import {memberOf} from "../../base/validation/memberOf.js";
import {z} from "zod";
import type {ChatDialect} from "./chatDialect.js";
import type {Message, ToolDefinition} from "./types.js";

/** What the API requires and OpenAI's leaves open. */
const MOST_TOKENS = 4096;

const ENDS: Readonly<Record<string, string>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  tool_use: "tool_calls"
};
const endIn = (reason: string | null | undefined) => (reason ? (memberOf(ENDS, reason) ?? reason) : reason);

/** Members of OpenAI's form that the API refuses. */
const REFUSED = ["logprobs", "top_logprobs", "stream_options"];

/**
 * Anthropic's Messages API, of version 2023-06-01.
 * @see https://platform.claude.com/docs/en/api/messages
 */
export const anthropicDialect: ChatDialect = {
  headers: {"anthropic-version": "2023-06-01"},
  body({model, messages, tools, stop, tool_choice: choice, max_completion_tokens, ...rest}) {
    const all = messages as Message[];
    const system = all.filter(isSystem).map(({content}) => content ?? "");
    return {
      max_tokens: max_completion_tokens ?? MOST_TOKENS,
      ...Object.fromEntries(Object.entries(rest).filter(([name]) => !REFUSED.includes(name))),
      model,
      system: system.length > 0 ? system.join("\n\n") : undefined,
      messages: conversation(all.filter((message) => !isSystem(message))),
      tools: (tools as ToolDefinition[] | undefined)?.map(({function: {name, description, parameters}}) => ({
        name,
        description,
        input_schema: parameters ?? {type: "object"}
      })),
      tool_choice: toolChoice(choice),
      stop_sequences: typeof stop === "string" ? [stop] : stop
    };
  },
  answer(json) {
    const {data: message} = messageSchema.safeParse(json);
    if (!message) return json;
    const texts = message.content.flatMap((block) => (block.type === "text" ? [block.text ?? ""] : []));
    const calls = message.content.filter((block) => block.type === "tool_use");
    return {
      model: message.model,
      choices: [
        {
          finish_reason: endIn(message.stop_reason),
          message: {
            content: texts.join(""),
            tool_calls: calls.map(({id, name = "", input = {}}) => ({id, function: {name, arguments: input}}))
          }
        }
      ],
      usage: usageFrom(message.usage)
    };
  },
  async *chunks(events) {
    let usage: z.output<typeof usageSchema>;
    for await (const raw of events) {
      const {data: event} = eventSchema.safeParse(raw);
      if (!event) {
        yield raw;
        continue;
      }
      const {type, index = 0, message, content_block: block, delta, error} = event;
      if (type === "error") yield {error: error ?? "the stream holds an error"};
      usage = {...usage, ...message?.usage, ...event.usage};
      const choice = (fields: object, end?: string | null) => ({
        choices: [{index: 0, delta: fields, finish_reason: end}]
      });
      if (type === "message_start") yield {model: message?.model, usage: usageFrom(usage)};
      else if (type === "content_block_start" && block?.type === "tool_use")
        yield choice({tool_calls: [{index, id: block.id, function: {name: block.name, arguments: ""}}]});
      else if (delta?.type === "text_delta") yield choice({content: delta.text});
      else if (delta?.type === "thinking_delta") yield choice({reasoning: delta.thinking});
      else if (delta?.type === "input_json_delta")
        yield choice({tool_calls: [{index, function: {arguments: delta.partial_json}}]});
      else if (type === "message_delta")
        yield {...choice({}, endIn(delta?.stop_reason)), usage: usageFrom(usage)};
    }
  }
};

const isSystem = ({role}: Message) => role === "system" || role === "developer";

const count = z.number().int().nonnegative().nullish().catch(undefined);

const usageSchema = z
  .object({
    input_tokens: count,
    output_tokens: count,
    cache_read_input_tokens: count,
    cache_creation_input_tokens: count
  })
  .nullish()
  .catch(undefined);

const messageSchema = z.object({
  type: z.literal("message"),
  model: z.string().nullish(),
  stop_reason: z.string().nullish(),
  content: z.array(
    z.object({
      type: z.string(),
      text: z.string().optional(),
      id: z.string().optional(),
      name: z.string().optional(),
      input: z.record(z.string(), z.unknown()).optional()
    })
  ),
  usage: usageSchema
});

const eventSchema = z.object({
  type: z.string(),
  index: z.number().int().optional(),
  message: z.object({model: z.string().optional(), usage: usageSchema}).optional(),
  content_block: z
    .object({type: z.string(), id: z.string().optional(), name: z.string().optional()})
    .optional(),
  delta: z
    .object({
      type: z.string().optional(),
      text: z.string().optional(),
      thinking: z.string().optional(),
      partial_json: z.string().optional(),
      stop_reason: z.string().nullish()
    })
    .optional(),
  usage: usageSchema,
  error: z.unknown().optional()
});

/** `input_tokens` are those that no cache holds or takes: OpenAI counts them all as the prompt's. */
function usageFrom(usage: z.output<typeof usageSchema>): object | undefined {
  if (usage?.input_tokens == null) return undefined;
  const {input_tokens: input, cache_read_input_tokens: read, cache_creation_input_tokens: made} = usage;
  return {
    prompt_tokens: input + (read ?? 0) + (made ?? 0),
    completion_tokens: usage.output_tokens,
    cached_tokens: read ?? undefined
  };
}

/** Results of tools are blocks of a user's turn, and those of one turn stand together. */
function conversation(messages: readonly Message[]): object[] {
  const turns: {role: string; content: string | object[]}[] = [];
  let results: object[] | undefined;
  for (const {role, content, tool_calls: calls, tool_call_id: id} of messages) {
    if (role === "tool") {
      const result = {type: "tool_result", tool_use_id: id, content: content ?? ""};
      if (results) results.push(result);
      else turns.push({role: "user", content: (results = [result])});
      continue;
    }
    results = undefined;
    const uses = (calls ?? []).map((call) => ({
      type: "tool_use",
      id: call.id,
      name: call.function.name,
      input: inputOf(call.function.arguments)
    }));
    const text = content ? [{type: "text", text: content}] : [];
    turns.push({role, content: uses.length > 0 ? [...text, ...uses] : (content ?? "")});
  }
  return turns;
}

/** What a model wrote as its arguments may be no JSON; the API takes objects alone. */
function inputOf(text: string): unknown {
  try {
    return JSON.parse(text || "{}");
  } catch {
    return {arguments: text};
  }
}

function toolChoice(choice: unknown): unknown {
  if (typeof choice === "string") return {type: choice === "required" ? "any" : choice};
  const name = (choice as {function?: {name?: unknown}} | undefined)?.function?.name;
  return name === undefined ? choice : {type: "tool", name};
}
