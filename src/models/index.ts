export {loadModel, type ModelLoader} from "./architectures.js";
export {lineage, trainingRecords, type Ancestor} from "./lineage.js";
export {damagedFiles, listModels, modelFolder, readManifest, saveModel, type NewModel} from "./registry.js";
export {type LoadedModel, type ModelManifest, type Prediction} from "./types.js";
