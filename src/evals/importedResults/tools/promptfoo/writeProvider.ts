import type {TokenPrice} from "../../../../base/costs/index.js";
import type {Endpoint} from "../../../../inference/endpoints/types.js";
import {NO_KEY} from "./config.js";

/** What promptfoo takes over of a candidate. */
interface ExportedCandidate {
  name: string;
  reach?: {endpoint: Endpoint; model: string};
  params?: object;
  tools?: readonly unknown[];
}

interface WrittenProvider {
  /** Undefined when promptfoo cannot reach it. */
  provider?: {id: string; label: string; config: Record<string, unknown>};
  /** What has no counterpart there. */
  dropped: string[];
}

/** A candidate as a provider of promptfoo, which gets names of environment variables, never what they hold. */
export async function promptfooProvider({
  name,
  reach,
  params,
  tools
}: ExportedCandidate): Promise<WrittenProvider> {
  const identity = await reach?.endpoint.identity(reach.model).catch(() => undefined);
  if (!reach || !identity?.baseUrl)
    return {
      dropped: [`candidate ${name}: \`assay serve\` makes it an OpenAI-compatible server for promptfoo`]
    };
  const {endpoint, model} = reach;
  if (endpoint.kind === "anthropic")
    return {dropped: [`candidate ${name}: name it as anthropic:messages:${model} in promptfoo`]};
  const {apiKeyEnv, headersEnv = {}, query = []} = endpoint.asksWith ?? {};
  const price = endpoint.price?.(model);
  const lost = [
    ...Object.entries(headersEnv).map(([header, variable]) => `header ${header} (from ${variable})`),
    ...query.map((parameter) => `query parameter ${parameter}`),
    ...(tools?.length ? ["tools"] : []),
    ...(price?.cachedInputUsdPerMillion === undefined ? [] : ["price of cached tokens"]),
    ...(price?.tiers?.length ? ["price tiers for long prompts"] : [])
  ];
  return {
    provider: {
      id: `openai:chat:${model}`,
      label: name,
      config: {
        apiBaseUrl: baseOf(endpoint, identity.baseUrl).replace("{model}", encodeURIComponent(model)),
        // Without either promptfoo sends OPENAI_API_KEY, to whatever address this is.
        apiKeyEnvar: apiKeyEnv,
        apiKey: apiKeyEnv ? undefined : NO_KEY,
        ...tokenCosts(price),
        ...params
      }
    },
    dropped: lost.length > 0 ? [`candidate ${name}: ${lost.join(", ")}`] : []
  };
}

/** US dollars a token, as promptfoo states them. */
const tokenCosts = (price: TokenPrice | undefined) =>
  price && {inputCost: price.inputUsdPerMillion / 1e6, outputCost: price.outputUsdPerMillion / 1e6};

/** promptfoo adds `/chat/completions`; what is no endpoint of ours may leave `/v1` open. */
function baseOf({kind}: Endpoint, url: string): string {
  if (kind === "openai") return url;
  return /\/v\d/.test(url) ? url.replace(/\/chat\/completions$/, "") : `${url}/v1`;
}
