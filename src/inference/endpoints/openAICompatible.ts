import {withoutSecretValues} from "./hideSecrets.js";
import {apiUrl} from "./apiUrl.js";
import {chatEndpoint} from "./chatEndpoint.js";
import {exactly} from "../../base/validation/checked.js";
import {assertOptions, type HttpEndpointOptions, httpShape, serverShape} from "./options.js";
import type {SecretNames} from "./secrets.js";
import type {StatedHosting} from "../../base/costs/index.js";
import type {Endpoint, Trust} from "./types.js";

export interface OpenAICompatibleOptions extends HttpEndpointOptions, SecretNames {
  /**
   * The server's address: bare, ending in a version such as `/v1`, or ending in `/chat/completions`. `{model}` stands
   * for the model's name, for Azure's `https://NAME.openai.azure.com/openai/deployments/{model}`.
   */
  baseUrl: string;
  /** A word, or where it runs and could run with the assumptions that the cost is computed from. */
  hosting: StatedHosting;
  trust: Trust;
  /** Added to every address, such as Azure's `{"api-version": "2024-10-21"}`. */
  query?: Record<string, string>;
}

const schema = exactly<OpenAICompatibleOptions>("options such as {name, baseUrl, hosting, trust}", {
  ...httpShape,
  ...serverShape
});

/**
 * Any server with OpenAI's chat completions: vLLM, TGI, llama.cpp, Ollama, LM Studio, OpenAI, Anthropic's
 * compatible endpoint, Azure. Throws at once when an option is unknown or wrong, and when baseUrl is no http(s) address or
 * holds credentials.
 */
export function openAICompatible(options: OpenAICompatibleOptions): Endpoint {
  assertOptions(schema, options);
  const {baseUrl, apiKeyEnv, headersEnv, query, ...rest} = options;
  const endpointUrl = apiUrl(rest.name, baseUrl, "/chat/completions");
  const addressOf = (model: string) => endpointUrl.replace("{model}", encodeURIComponent(model));
  return chatEndpoint({
    ...rest,
    kind: "openai",
    secrets: {apiKeyEnv, headersEnv},
    transport: {query},
    identity: {
      // One address has one name, in whichever form it was written.
      baseUrl: endpointUrl.replace(/\/chat\/completions$/, ""),
      ...(query ? {query: new URLSearchParams(withoutSecretValues(query)).toString()} : undefined)
    },
    modelsUrl: (model) => addressOf(model).replace(/\/chat\/completions$/, "/models"),
    target: (model) => ({endpointUrl: addressOf(model)})
  });
}
