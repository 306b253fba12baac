import {chatEndpoint} from "./chatEndpoint.js";
import {exactly, text} from "../../base/validation/checked.js";
import {assertOptions, type HttpEndpointOptions, httpShape, variable} from "./options.js";
import type {Endpoint} from "./types.js";

export interface HuggingFaceOptions extends HttpEndpointOptions {
  /** A provider's name as Hugging Face spells it; "auto" (the default) takes the first of the account's order. */
  provider?: string;
  /** The variable that holds the token. Default HF_TOKEN. */
  apiKeyEnv?: string;
  /** Addresses to use instead of router.huggingface.co and huggingface.co, for a gateway or a mirror. */
  urls?: {router?: string; hub?: string};
}

const schema = exactly<HuggingFaceOptions>("options such as {name, provider}", {
  ...httpShape,
  provider: text().optional(),
  apiKeyEnv: variable.optional(),
  urls: exactly<NonNullable<HuggingFaceOptions["urls"]>>("addresses such as {router}", {
    router: text("an address").optional(),
    hub: text("an address").optional()
  }).optional()
});

/**
 * Hugging Face Inference Providers. Hosted by others: hosting is "api" and trust "external" unless stated.
 * With "auto" the provider may change between runs; name one when results must be comparable.
 */
export function huggingFace(options: HuggingFaceOptions): Endpoint {
  assertOptions(schema, options);
  const {
    provider = "auto",
    apiKeyEnv = "HF_TOKEN",
    urls = {},
    hosting = "api",
    trust = "external",
    ...rest
  } = options;
  const router = "https://router.huggingface.co";
  return chatEndpoint({
    ...rest,
    kind: "hosted",
    hosting,
    trust,
    secrets: {apiKeyEnv},
    transport: {
      reroute: {
        ...(urls.router ? {[router]: urls.router} : undefined),
        ...(urls.hub ? {"https://huggingface.co": urls.hub} : undefined)
      }
    },
    identity: {provider, ...(urls.router ? {router: urls.router} : undefined)},
    modelsUrl: () => `${router}/v1/models`,
    target: () => ({provider})
  });
}
