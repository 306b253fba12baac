export {type Effects, realEffects} from "./effects.js";
export {embedded, type EmbeddedOptions} from "./embedded.js";
export {huggingFace, type HuggingFaceOptions} from "./huggingFace.js";
export {createLimiter, limiterFor, type Limiter, type LimiterOptions, type LimiterStats} from "./limiter.js";
export {openAICompatible, type OpenAICompatibleOptions} from "./openAICompatible.js";
export {recorded, type RecordedOptions} from "./recorded.js";
export {defaultRetryPolicy, type RetryPolicy} from "./retry.js";
export {serve, type ModelService, type ServeOptions} from "./serve.js";
export * from "./types.js";
