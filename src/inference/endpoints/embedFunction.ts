import {completionCost} from "../../base/costs/index.js";
import {messageOf} from "../../base/validation/errors.js";
import {estimatedPromptTokens} from "./estimatedTokens.js";
import {type Endpoint, EndpointError, isEndpointError, type TokenPrice, type Trust} from "./types.js";
import {packVectors, embeddedTexts} from "./vectors.js";

/** One vector a text, in order; with the tokens that its service billed, where the function knows them. */
export type Embed = (
  texts: readonly string[]
) => Promise<ArrayLike<number>[] | {vectors: ArrayLike<number>[]; promptTokens: number}>;

export interface EmbedFunction {
  /** Names the encoder and its version. */
  encoder: string;
  embed: Embed;
  /** "local" for an encoder in this process. "external" unless told: nothing shows where a function sends texts. */
  trust?: Trust;
  price?: TokenPrice;
}

/** An eval's own function as an endpoint, so that its calls are counted, kept and paid for like any other's. */
export function embedFunction({encoder, embed, trust = "external", price}: EmbedFunction): Endpoint {
  return {
    name: encoder,
    kind: "embedded",
    operation: "embeddings",
    hosting: trust === "local" ? "edge" : "api",
    trust,
    price: () => price,
    identity: async () => ({encoder}),
    async complete(request) {
      const texts = embeddedTexts(request);
      const start = performance.now();
      const given = await embed(texts).catch((cause: unknown) => {
        if (isEndpointError(cause)) throw cause;
        throw new EndpointError("server", `embed threw: ${messageOf(cause).slice(0, 300)}`, {cause});
      });
      const vectors = "vectors" in given ? given.vectors : given;
      const usage =
        "vectors" in given
          ? {promptTokens: given.promptTokens, completionTokens: 0}
          : estimatedPromptTokens(request.messages, "");
      return {
        text: packVectors(vectors),
        finishReason: "stop",
        usage,
        latencyMs: performance.now() - start,
        attempts: 1,
        costUsd: completionCost(usage, price)
      };
    }
  };
}
