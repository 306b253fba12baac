import {z} from "zod";
import {toUsage, usageSchema} from "./chatUsage.js";
import {isErrorBody} from "./errorBody.js";
import {servedName} from "./preflightModel.js";
import {isPlainAnswer} from "./plainAnswer.js";
import {serverError} from "./serverError.js";
import {type Completion, EndpointError, type TokenLogprob, type ToolCall, type Usage} from "./types.js";

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

const responseSchema = z.object({
  model: z.string().nullish(),
  system_fingerprint: z.string().nullish(),
  choices: z
    .array(
      z
        .object({
          finish_reason: z.string().nullish(),
          // Gemini leaves it out where thinking or a filter has taken all of the answer.
          message: z
            .object({
              content: contentSchema,
              refusal: z.string().nullish(),
              tool_calls: z.array(toolCallSchema).nullish()
            })
            .nullish(),
          logprobs: logprobsSchema,
          error: z.unknown().optional()
        })
        .refine(
          ({finish_reason: end, message, error}) =>
            end || error || message?.tool_calls?.length || message?.refusal || message?.content !== undefined,
          {path: ["message"], message: "has neither content nor tool_calls"}
        )
    )
    .min(1),
  usage: usageSchema
});

/** Reasoning is no part of the answer: it only shows that the model has begun. */
const ofAnyForm = z.unknown().optional();

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
            reasoning_content: ofAnyForm,
            reasoning: ofAnyForm,
            reasoning_details: ofAnyForm,
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
        logprobs: logprobsSchema,
        error: z.unknown().optional(),
        /** Moonshot's place for it. */
        usage: usageSchema
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
  const response = isPlainAnswer(body)
    ? (body as z.output<typeof responseSchema>)
    : validate(responseSchema, body, hide);
  const choice = response.choices[0]!;
  refuseFailed(choice, hide);
  const {message} = choice;
  const toolCalls = message?.tool_calls?.map((call, index): ToolCall => ({
    id: call.id ?? `call_${index}`,
    type: "function",
    function: {name: call.function.name, arguments: argumentText(call.function.arguments)}
  }));
  const answer: ChatAnswer = {
    text: contentText(message?.content) || message?.refusal || "",
    finishReason: endOf(choice.finish_reason || "unknown", message?.refusal)
  };
  addOptional(answer, toUsage(response.usage), toLogprobs(choice.logprobs), response);
  if (toolCalls?.length) answer.toolCalls = toolCalls;
  return answer;
}

export function parseChatChunk(body: unknown, hide: (text: string) => string): ChatChunk {
  return validate(chunkSchema, body, hide);
}

/** Throws the EndpointError of an answer that its provider broke off: OpenRouter tells of it in the choice, vLLM by its end. */
export function refuseFailed(
  {error, finish_reason: end}: {error?: unknown; finish_reason?: string | null},
  hide: (text: string) => string
): void {
  if (!error && end !== "error" && end !== "abort") return;
  const body = {error: error || `the answer ended with finish_reason "${end}"`};
  throw serverError({status: 200, body, hide, mayBeBilled: true});
}

function validate<T>(schema: z.ZodType<T>, body: unknown, hide: (text: string) => string): T {
  const result = schema.safeParse(body);
  if (isErrorBody(body)) throw serverError({status: 200, body, hide});
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.length ? issue.path.join(".") : "the answer";
  throw new EndpointError(
    "malformed",
    `The server's answer is no chat completion: ${where} ${issueText(issue)}. Check that the server is OpenAI-compatible.`
  );
}

function issueText(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === "invalid_type")
    return `is not ${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
  return issue?.code === "custom" ? issue.message : "has an unexpected form";
}

const argumentText = (value: string | Record<string, unknown> | null | undefined) =>
  typeof value === "string" ? value : value ? JSON.stringify(value) : "";

/** OpenAI ends a refusal with "stop": what tells it is where its text stands. */
export function endOf(finishReason: string, refusal: string | null | undefined): string {
  return refusal && !finishReason.startsWith("content_filter") ? "refusal" : finishReason;
}

export function contentText(content: z.output<typeof contentSchema>): string {
  if (typeof content === "string") return content;
  return content?.map((part) => part.text ?? "").join("") ?? "";
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

/** Adds to an answer what the server has told of it. */
export function addOptional(
  answer: ChatAnswer,
  usage: Usage | undefined,
  logprobs: TokenLogprob[] | undefined,
  response: {model?: string | null; system_fingerprint?: string | null}
): void {
  if (usage) answer.usage = usage;
  if (logprobs?.length) answer.logprobs = logprobs;
  if (response.model) answer.servedModel = servedName(response.model);
  if (response.system_fingerprint) answer.fingerprint = response.system_fingerprint;
}
