import {z} from "zod";
import {serverError} from "./serverError.js";
import {type Completion, EndpointError, type TokenLogprob, type ToolCall, type Usage} from "./types.js";

const count = z.number().int().nonnegative();

/** A malformed usage is an unknown one: the completion itself is still good. */
const usageSchema = z
  .object({
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count.nullish().catch(undefined),
    prompt_tokens_details: z.object({cached_tokens: count.nullish()}).nullish()
  })
  .nullish()
  .catch(undefined);

const tokenShape = {
  token: z.string(),
  logprob: z.number(),
  bytes: z.array(z.number()).nullish().catch(undefined)
};

const logprobsSchema = z
  .object({
    content: z
      .array(
        z.object({
          ...tokenShape,
          top_logprobs: z.array(z.object(tokenShape)).nullish()
        })
      )
      .nullish()
  })
  .nullish()
  .catch(undefined);

const toolCallSchema = z.object({
  id: z.string().nullish(),
  function: z.object({
    name: z.string(),
    arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish()
  })
});

const contentSchema = z.union([z.string(), z.array(z.looseObject({text: z.string().nullish()}))]).nullish();

/** The ends of an answer without a word of content: thinking or a filter has taken all of it. */
const wordless = new Set(["length", "content_filter", "refusal"]);

const responseSchema = z.object({
  model: z.string().nullish(),
  system_fingerprint: z.string().nullish(),
  choices: z
    .array(
      z
        .object({
          finish_reason: z.string().nullish(),
          message: z.object({
            content: contentSchema,
            refusal: z.string().nullish(),
            tool_calls: z.array(toolCallSchema).nullish()
          }),
          logprobs: logprobsSchema
        })
        .refine(
          ({finish_reason: end, message: {content, tool_calls: calls, refusal}}) =>
            content !== undefined || calls?.length || refusal || (end && wordless.has(end)),
          {path: ["message"], message: "has neither content nor tool_calls"}
        )
    )
    .min(1),
  usage: usageSchema
});

const chunkSchema = z.object({
  model: z.string().nullish(),
  system_fingerprint: z.string().nullish(),
  choices: z
    .array(
      z.object({
        index: z.number().nullish(),
        finish_reason: z.string().nullish(),
        delta: z
          .object({
            content: contentSchema,
            refusal: z.string().nullish(),
            tool_calls: z
              .array(
                z.object({
                  index: z.number().int().min(0).max(999).nullish(),
                  id: z.string().nullish(),
                  function: z.object({name: z.string().nullish(), arguments: z.string().nullish()}).nullish()
                })
              )
              .nullish()
          })
          .nullish(),
        logprobs: logprobsSchema
      })
    )
    .nullish(),
  usage: usageSchema
});

export type ChatChunk = z.output<typeof chunkSchema>;

/** What a server's answer says; the endpoint adds timing, attempts and cost. */
export type ChatAnswer = Omit<Completion, "latencyMs" | "attempts" | "costUsd">;

/**
 * Reads a chat completion. Throws EndpointError: what `{error}` means when the body holds one, "malformed"
 * (naming the field, never its value) when its shape is another.
 */
export function parseChatResponse(body: unknown, hide: (text: string) => string): ChatAnswer {
  const response = validate(responseSchema, body, hide);
  const choice = response.choices[0]!;
  const toolCalls = choice.message.tool_calls?.map((call, index): ToolCall => ({
    id: call.id ?? `call_${index}`,
    type: "function",
    function: {name: call.function.name, arguments: argumentText(call.function.arguments)}
  }));
  return {
    text: contentText(choice.message.content) || choice.message.refusal || "",
    ...(toolCalls?.length ? {toolCalls} : undefined),
    finishReason: choice.finish_reason ?? "unknown",
    ...optional(toUsage(response.usage), toLogprobs(choice.logprobs), response)
  };
}

export function parseChatChunk(body: unknown, hide: (text: string) => string): ChatChunk {
  return validate(chunkSchema, body, hide);
}

function validate<T>(schema: z.ZodType<T>, body: unknown, hide: (text: string) => string): T {
  const result = schema.safeParse(body);
  if (result.success && !(body as {error?: unknown}).error) return result.data;
  if (typeof body === "object" && body !== null && (body as {error?: unknown}).error)
    throw serverError({status: 200, body, hide});
  const issue = result.error?.issues[0];
  const where = issue?.path.length ? issue.path.join(".") : "the answer";
  throw new EndpointError(
    "malformed",
    `The server's answer is no chat completion: ${where} ${describe(issue)}. Check that the server is OpenAI-compatible.`
  );
}

function describe(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === "invalid_type")
    return `is not ${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
  return issue?.code === "custom" ? issue.message : "has an unexpected form";
}

const argumentText = (value: string | Record<string, unknown> | null | undefined) =>
  typeof value === "string" ? value : value ? JSON.stringify(value) : "";

export function contentText(content: z.output<typeof contentSchema>): string {
  if (typeof content === "string") return content;
  return content?.map((part) => part.text ?? "").join("") ?? "";
}

/**
 * A prompt of 0 tokens does not exist: servers that do not count say 0. Where the total is more than both parts, hidden
 * reasoning was counted (and is billed) as output without being named.
 */
export function toUsage(usage: z.output<typeof usageSchema>): Usage | undefined {
  if (!usage || usage.prompt_tokens === 0) return undefined;
  const cached = usage.prompt_tokens_details?.cached_tokens;
  return {
    promptTokens: usage.prompt_tokens,
    completionTokens: Math.max(usage.completion_tokens, (usage.total_tokens ?? 0) - usage.prompt_tokens),
    ...(cached == null ? undefined : {cachedTokens: cached})
  };
}

export function toLogprobs(logprobs: z.output<typeof logprobsSchema>): TokenLogprob[] | undefined {
  return logprobs?.content?.map(({top_logprobs: top, ...one}) => ({
    ...withOwnBytes(one),
    top: top?.length ? top.map(withOwnBytes) : undefined
  }));
}

/** Most servers say the bytes of every token: they are kept where the text does not say them. */
function withOwnBytes({token, logprob, bytes}: z.output<z.ZodObject<typeof tokenShape>>): TokenLogprob {
  const told = bytes != null && !Buffer.from(token).equals(Buffer.from(bytes));
  return {token, logprob, bytes: told ? bytes : undefined};
}

export function optional(
  usage: Usage | undefined,
  logprobs: TokenLogprob[] | undefined,
  response: {model?: string | null; system_fingerprint?: string | null}
): Partial<ChatAnswer> {
  return {
    ...(usage ? {usage} : undefined),
    ...(logprobs?.length ? {logprobs} : undefined),
    ...(response.model ? {servedModel: response.model} : undefined),
    ...(response.system_fingerprint ? {fingerprint: response.system_fingerprint} : undefined)
  };
}
