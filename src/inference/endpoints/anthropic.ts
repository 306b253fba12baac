import {exactly, text} from "../../base/validation/checked.js";
import {anthropicDialect} from "./anthropicDialect.js";
import {apiUrl} from "./apiUrl.js";
import {chatEndpoint} from "./chatEndpoint.js";
import {assertOptions, type HttpEndpointOptions, httpShape, variable} from "./options.js";
import type {Endpoint} from "./types.js";

export interface AnthropicOptions extends HttpEndpointOptions {
  /** The variable that holds the key. Default ANTHROPIC_API_KEY. */
  apiKeyEnv?: string;
  /** Default https://api.anthropic.com; a gateway's address, bare or ending in `/v1`. */
  baseUrl?: string;
}

const schema = exactly<AnthropicOptions>("options such as {name}", {
  ...httpShape,
  apiKeyEnv: variable.optional(),
  baseUrl: text("the server's address").optional()
});

/**
 * Anthropic's Messages API. `max_tokens`, which it requires, is 4096 unless `params` state it; its own parameters, such as
 * `thinking`, go through unchanged. It gives no log probabilities. Hosting is "api" and trust "external" unless stated.
 * @example (({kind, host, trust}) => ({kind, host, trust}))(anthropic({name: "claude"})) gives {kind: "anthropic", host: "api.anthropic.com", trust: "external"}
 */
export function anthropic(options: AnthropicOptions): Endpoint {
  assertOptions(schema, options);
  const {
    apiKeyEnv = "ANTHROPIC_API_KEY",
    baseUrl = "https://api.anthropic.com",
    hosting = "api",
    trust = "external",
    ...rest
  } = options;
  const endpointUrl = apiUrl(rest.name, baseUrl, "/messages");
  const base = endpointUrl.replace(/\/messages$/, "");
  return chatEndpoint({
    ...rest,
    kind: "anthropic",
    dialect: anthropicDialect,
    hosting,
    trust,
    secrets: {headersEnv: {"x-api-key": apiKeyEnv}},
    identity: {baseUrl: base},
    modelsUrl: () => `${base}/models?limit=1000`,
    target: () => ({endpointUrl})
  });
}
