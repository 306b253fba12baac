export {startGenerator} from "./generator.js";
export {jsonSchemaGrammar} from "./grammar/jsonGrammar.js";
export {hubModel} from "./hub.js";
export {checkLibrary} from "./libraryCheck.js";
export {localModel, type LocalModel, type LocalModelOptions} from "./localModel.js";
export {checkLocalOptions} from "./localOptions.js";
export {findModel} from "./modelFiles.js";
export {runnable} from "./runnable.js";
export {partsOf} from "./splitGguf.js";
