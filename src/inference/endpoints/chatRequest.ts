import type {IncomingMessage} from "node:http";
import {z} from "zod";
import {listed} from "../../base/validation/checked.js";
import {HttpError} from "./httpError.js";
import type {Message, ModelParameters} from "./types.js";

const BOUNDS = ["max_tokens", "max_completion_tokens"] as const;

/**
 * A model's own parameters with those of a request before them. A bound of the answer's tokens goes by the name under which the
 * model has its own: servers refuse both names at once, and many take one of them only.
 */
export function withParams(own: ModelParameters = {}, asked: ModelParameters = {}): ModelParameters {
  const both = {...own, ...asked};
  const [name, ...more] = BOUNDS.filter((bound) => own[bound] !== undefined);
  const [given, ...others] = BOUNDS.filter((bound) => asked[bound] !== undefined);
  if (name === undefined || given === undefined || more.length + others.length > 0 || name === given)
    return both;
  const {[given]: bound, ...rest} = both;
  return {...rest, [name]: bound};
}

const requestSchema = z.looseObject({
  model: z.string(),
  messages: z
    .array(
      z.looseObject({
        role: z.enum(["system", "developer", "user", "assistant", "tool"]),
        content: z
          .union([z.string(), z.array(z.looseObject({type: z.literal("text"), text: z.string()}))], {
            error: "must be a text or parts of type text; images, sounds and files are not read here"
          })
          .nullish(),
        tool_calls: z
          .array(z.looseObject({function: z.looseObject({name: z.string(), arguments: z.string()})}))
          .nullish()
      })
    )
    .min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({include_usage: z.boolean().nullish()}).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.number().int().min(0).max(1000).nullish(),
  n: z.literal(1).nullish(),
  tools: z.array(z.unknown()).nullish()
});

export type ChatRequest = z.output<typeof requestSchema>;

/** Rejects with 413 beyond `most` bytes. */
export function readRequestBody(request: IncomingMessage, most: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    request.on("data", (part: Buffer) => {
      bytes += part.length;
      if (bytes > most) {
        // Read on without keeping it: a client that is still sending would not see the answer otherwise.
        request.removeAllListeners("data").resume();
        reject(new HttpError(413, `The body is larger than ${most} bytes.`, "body_too_large"));
      } else parts.push(part);
    });
    request.on("end", () => resolve(Buffer.concat(parts).toString("utf8")));
    request.on("error", reject);
  });
}

/** Checking as many takes a tenth of a second, in which nobody else is answered. */
const MOST_MESSAGES = 10_000;

/** Rejects with 400, naming every field that is wrong. */
export function parseRequest(text: string): ChatRequest {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new HttpError(400, "The body is not valid JSON.", "invalid_request_error");
  }
  const {messages} = (body ?? {}) as {messages?: unknown};
  if (Array.isArray(messages) && messages.length > MOST_MESSAGES)
    throw new HttpError(
      400,
      `The request has ${messages.length} messages; it may have ${MOST_MESSAGES}.`,
      "invalid_request_error"
    );
  const result = requestSchema.safeParse(body);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({path, message}) => `${path.join(".") || "body"}: ${message}`);
  throw new HttpError(
    400,
    `The request is not a chat completion request: ${listed(problems)}.`,
    "invalid_request_error"
  );
}

type ChatRequestMessage = ChatRequest["messages"][number];

/** A message's text, whether it came whole or in parts, which are lines of it, as they are in training. */
export function textOfMessage({content}: ChatRequestMessage): string | null {
  return Array.isArray(content) ? content.map((part) => part.text).join("\n") : (content ?? null);
}

export function toMessage(message: ChatRequestMessage): Message {
  return {role: message.role, content: textOfMessage(message)};
}
