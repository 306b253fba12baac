export {acceptErasedTraining, assertUsable, erasedTraining, type ErasedTraining} from "./erasedTraining.js";
export {hasLoader, loadModel} from "./architectures.js";
export {nearestCosines} from "./encoder/nearestCosines.js";
export {textVectors, type TextVectors} from "./encoder/textVectors.js";
export {HOSTED, hostedModelId, type HostedModel, recordHostedModel} from "./hosted.js";
export {lineage, trainingRecords, type Ancestor} from "./lineage.js";
export {type ModelLoader} from "./modelLoader.js";
export {
  dataReaching,
  layersOf,
  type LineageGraph,
  lineageGraph,
  type LineageNode,
  neighbours,
  reached,
  type ReachingData,
  shortId
} from "./lineageGraph.js";
export {storedLineage} from "./storedLineage.js";
export {recordModel, type RecordedModel} from "./record.js";
export {
  damagedFiles,
  keepModel,
  listModels,
  modelFolder,
  readManifest,
  saveModel,
  type NewModel
} from "./registry.js";
export {roundTable} from "./tableGrid.js";
export {readModelFile, withPlainFolders} from "./weightFiles.js";
export {
  type InputRelations,
  type LayerRelations,
  type LoadedModel,
  type MergeRecord,
  type ModelManifest,
  type ParentRelations,
  type Prediction
} from "./types.js";
