export {type Generator, startGenerator} from "./generator.js";
export {jsonObjectGrammar, jsonSchemaGrammar} from "./grammar/jsonGrammar.js";
export {hubModel, type HubOptions} from "./hub.js";
export {localModel, type LocalModel, type LocalModelOptions, type Measured} from "./localModel.js";
export {findModel, type ModelFiles} from "./modelFiles.js";
export {type Generation, type GenerationRequest} from "./request.js";
export {runnable} from "./runnable.js";
