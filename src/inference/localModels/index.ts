/**
 * Language models on this machine. In: a model by its path, its name in the store or its name on the hub (`findModel`), and chat
 * requests. Out: an endpoint (`localModel`) whose answers llama.cpp computes in a process of its own (`startGenerator`).
 * What llama.cpp cannot read, `runnable` converts to a GGUF file first, which the store keeps. It trains nothing, and listens on no
 * port: `serve` of endpoints does.
 */
export {startGenerator} from "./generator.js";
export {jsonSchemaGrammar} from "./grammar/jsonGrammar.js";
export {hubModel} from "./hub.js";
export {checkLibrary} from "./libraryCheck.js";
export {localModel, type LocalModel} from "./localModel.js";
export {checkLocalOptions, type LocalModelOptions} from "./localOptions.js";
export {findModel, isModelPart} from "./modelFiles.js";
export {removeConverted, runnable} from "./runnable.js";
export {ggufParts} from "./splitGguf.js";
