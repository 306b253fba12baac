import type {Endpoint} from "../endpoints/types.js";

/** Who answers, as span and metric attributes say it. */
export interface ProviderAddress {
  provider: string;
  /** Host and port of the server, when it has an address. */
  address?: string;
  port?: number;
}

/** Names of the GenAI conventions' list, by the end of the host that serves them. */
const KNOWN: readonly (readonly [host: string, provider: string])[] = [
  ["openai.azure.com", "azure.ai.openai"],
  ["services.ai.azure.com", "azure.ai.inference"],
  ["api.openai.com", "openai"],
  ["api.anthropic.com", "anthropic"],
  ["api.mistral.ai", "mistral_ai"],
  ["api.deepseek.com", "deepseek"],
  ["api.groq.com", "groq"],
  ["api.perplexity.ai", "perplexity"],
  ["api.cohere.com", "cohere"],
  ["api.x.ai", "x_ai"],
  ["generativelanguage.googleapis.com", "gcp.gemini"],
  ["aiplatform.googleapis.com", "gcp.vertex_ai"],
  ["amazonaws.com", "aws.bedrock"]
];

/**
 * The answerer of an endpoint's model. `provider` is the conventions' name when the address is one they know, else the
 * hub's provider, else the endpoint's own name.
 */
export function answererOf(
  {name, kind}: Endpoint,
  identity: Readonly<Record<string, string>>
): ProviderAddress {
  const url =
    identity.baseUrl !== undefined && URL.canParse(identity.baseUrl) ? new URL(identity.baseUrl) : undefined;
  const host = url?.hostname;
  const known = KNOWN.find(([end]) => host === end || host?.endsWith(`.${end}`))?.[1];
  const routed = kind === "hosted" ? identity.provider : undefined;
  return {
    provider: known ?? (routed === "auto" ? "hugging_face" : routed) ?? name,
    address: host,
    port: url ? Number(url.port || (url.protocol === "https:" ? 443 : 80)) : undefined
  };
}
