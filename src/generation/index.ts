export {type Generator, startGenerator} from "./generator.js";
export {jsonObjectGrammar, jsonSchemaGrammar} from "./grammar/jsonGrammar.js";
export {hubModel, type HubOptions} from "./hub.js";
export {checkLibrary, type LibraryFound} from "./libraryCheck.js";
export {localModel, type LocalModel, type LocalModelOptions} from "./localModel.js";
export {findModel, type ModelFiles} from "./modelFiles.js";
export {type Generation, type GenerationRequest} from "./request.js";
export {adapterFile, runnable} from "./runnable.js";
