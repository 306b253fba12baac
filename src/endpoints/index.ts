export {type Effects, realEffects} from "./effects.js";
export {embedded} from "./embedded.js";
export {huggingFace} from "./huggingFace.js";
export {isLoopback} from "./loopback.js";
export {openAICompatible} from "./openAICompatible.js";
export {recorded} from "./recorded.js";
export {serve} from "./serve.js";
export {type Writer} from "./serveWriter.js";
export * from "./types.js";
