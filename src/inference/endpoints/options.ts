import {
  anyObject,
  anyText,
  assertChecked,
  byName,
  either,
  exactly,
  passing,
  flag,
  func,
  number,
  oneOf,
  type SchemaShape,
  text
} from "../../base/validation/checked.js";
import type {z} from "zod";
import {trustLevels} from "../../data/privacy/trust.js";
import type {StatedHosting} from "../../base/costs/index.js";
import type {EndpointEffects} from "./effects.js";
import {hosting, price} from "./hostingSchema.js";
import type {Tokenizer} from "./predictionAnswer.js";
import type {RateLimits, RetryPolicy, TokenPrice, Trust} from "./types.js";

/** What every endpoint that is reached over HTTP may set. */
export interface HttpEndpointOptions {
  name: string;
  hosting?: StatedHosting;
  trust?: Trust;
  limits?: RateLimits;
  /** One price for every model, or one by model name. */
  price?: TokenPrice | Record<string, TokenPrice>;
  /** For one attempt, to its last byte. Default 120,000. */
  timeoutMs?: number;
  /** Attempts after the first (default 4), or the whole policy. */
  retries?: number | Partial<RetryPolicy>;
  /** Ask for a stream, which gives the time to the first token. Default false. */
  stream?: boolean;
  /**
   * Names the weights that a server holds under a name that stays, such as a date or a commit. It is part of what identifies the
   * answerer: with another one nothing that was answered before is reused. Without it the model's name alone tells.
   */
  revision?: string;
  /**
   * For servers that tell no usage: the model's tokenizer.json, as a path from the project's folder, or a function from a text
   * to its tokens. Without it they are guessed from the bytes. Counts made here are marked as estimates.
   */
  tokenizer?: string | Tokenizer;
  effects?: EndpointEffects;
}

export {hosting, price};
export const trust = oneOf(trustLevels);
export const effects = anyObject().optional();

/** The name of an environment variable; a key itself has other characters mostly, and is not repeated. */
export const variable = passing(
  (value) => typeof value === "string" && /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(value),
  "the name of an environment variable, which holds the secret"
);

const limits = exactly<RateLimits>("limits such as {requestsPerMinute: 60}", {
  requestsPerMinute: number({above: 0}).optional(),
  tokensPerMinute: number({above: 0}).optional(),
  concurrency: number({least: 1, whole: true}).optional()
});

const retryPolicy = exactly<RetryPolicy>("a policy such as {retries: 4}", {
  retries: number({least: 0, whole: true}).optional(),
  baseDelayMs: number({least: 0}).optional(),
  maxDelayMs: number({least: 0}).optional(),
  maxRetryAfterMs: number({least: 0}).optional(),
  maxElapsedMs: number({least: 0}).optional()
});

/** What every endpoint that is reached over HTTP may set, whatever it gives. */
export const callShape: SchemaShape<Omit<HttpEndpointOptions, "stream" | "tokenizer">> = {
  name: text(),
  hosting: hosting.optional(),
  trust: trust.optional(),
  limits: limits.optional(),
  price: either("a price, or prices by model", price, byName(price, "prices by model", 1)).optional(),
  timeoutMs: number({above: 0}).optional(),
  revision: text("a revision").optional(),
  retries: either("a number of retries or a policy", number({least: 0, whole: true}), retryPolicy).optional(),
  effects
};

/** What a server at an address of its own needs beside that. */
export const serverShape = {
  hosting,
  trust,
  baseUrl: text("the server's address"),
  query: byName(anyText(), "texts by name").optional(),
  apiKeyEnv: variable.optional(),
  headersEnv: byName(variable, "environment variables by header").optional()
};

export const httpShape: SchemaShape<HttpEndpointOptions> = {
  ...callShape,
  stream: flag().optional(),
  tokenizer: either("the path of a tokenizer.json, or a function", text(), func()).optional()
};

export const priceOrFunction = either("a price, or a function of the model", price, func());

/** Throws UserError with everything that is wrong with an endpoint's options. */
export function assertOptions(schema: z.ZodType, options: unknown): void {
  const {name} = (options ?? {}) as {name?: unknown};
  assertChecked(
    typeof name === "string" ? `endpoint ${JSON.stringify(name.slice(0, 80))}` : "endpoint",
    schema,
    options
  );
}
