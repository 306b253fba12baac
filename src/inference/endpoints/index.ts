/**
 * Ways of getting completions: a server over HTTP, a model of this process, a recording. In: a request and the endpoint's
 * options. Out: a completion with its tokens, time and cost, or an EndpointError; `serve` answers requests over HTTP itself.
 * Retries, time limits, rate limits, preflight and the hiding of secrets are here. It stores nothing, scores nothing and plans no
 * run; language models on this machine are in localModels.
 */
export {anthropic} from "./anthropic.js";
export {askedCompletion} from "./askedCompletion.js";
export {connectionError} from "./connectionError.js";
export {withDeadline} from "./deadline.js";
export {type EndpointEffects, realEffects} from "./effects.js";
export {embedded} from "./embedded.js";
export {type Embed, embedFunction} from "./embedFunction.js";
export {embeddingEndpoint, type EmbeddingEndpointOptions} from "./embeddings.js";
export {hidden, hideSecrets} from "./hideSecrets.js";
export {hideRequest} from "./hideText.js";
export {huggingFace} from "./huggingFace.js";
export {isLoopback} from "./apiUrl.js";
export {listen} from "./listen.js";
export {openAICompatible} from "./openAICompatible.js";
export {openProxyAgent} from "./proxyAgent.js";
export {recorded} from "./recorded.js";
export {defaultRetryPolicy, withRetry} from "./retry.js";
export {missingSecrets, readSecrets, type SecretNames} from "./secrets.js";
export {serve} from "./serve.js";
export type {ServedWriter} from "./serveWriter.js";
export {shutdownDay} from "./shutdownDay.js";
export {createTransport} from "./transport.js";
export * from "./types.js";
export {embeddingRequest, unpackVectors} from "./vectors.js";
export {withParams} from "./chatRequest.js";
