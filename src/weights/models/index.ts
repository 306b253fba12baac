/**
 * The models of the store, where each came from, and the small models that run in this process.
 * In: files of weights and what they were made of. Out: records, lineage, classifiers, the sentence encoder's
 * vectors, and which models learned rows that a purge has erased.
 * Language models run in `inference/localModels`; training is in `training`.
 */
export {
  acceptErasedTraining,
  assertNotErased,
  assertUsable,
  erasedTraining,
  forgetErasedTraining,
  noteErasedTraining
} from "./erasedTraining.js";
export {ADAPTED, isAdapter, nameWithId, withoutWeights} from "./adapted.js";
export {isWeightFile, mostTold, sameWeights} from "../../base/store/index.js";
export {missingOfAddOn} from "./encoder/weights.js";
export {hasLoader, loadModel} from "./architectures.js";
export {modelAt, modelWithFiles, recordAdapted, type UsedModel} from "./byFiles.js";
export {nearestCosines} from "./encoder/nearestCosines.js";
export {textVectors, type TextVectors} from "./encoder/textVectors.js";
export {hostedModelId, recordHostedModel} from "./hosted.js";
export {lineage, trainingRecords, type TrainingRecords} from "./lineage.js";
export {
  type ContaminatedRows,
  dataReaching,
  layersOf,
  type LineageGraph,
  lineageGraph,
  type LineageNode,
  neighbours,
  reached,
  type ReachingData,
  shortId,
  wayOf
} from "./lineageGraph.js";
export {
  onOtherBase,
  ownBase,
  baseOfAdapter,
  filesFolder,
  namedBase,
  refuseChanged,
  unchangedFolder
} from "./outsideFiles.js";
export {jointNgramFiles} from "./jointNgram/stored.js";
export {licenceIn} from "./statedLicence.js";
export {storedLineage} from "./storedLineage.js";
export {
  findStoredModel,
  findStoredModelSync,
  listModelsSync,
  meantModel,
  meantModels,
  mergeConflict,
  needModel
} from "./storedModel.js";
export {manyMeant, manyMeantOf} from "./meantNote.js";
export {addToRecord, moveName, recordModel, type RecordedModel} from "./record.js";
export {type ModelRemoval, namedBy, planRemoval, removeModel} from "./removeModel.js";
export {
  damagedFiles,
  keepModel,
  listModels,
  modelFolder,
  readManifest,
  saveModel,
  type NewModel,
  recordAt
} from "./registry.js";
export {roundTable} from "./packedWeights.js";
export type {CheckedOn, InputRelations, LayerRelations, MergeRecord, ModelManifest} from "./types.js";
export {withPlainFolders} from "./plainFolders.js";
export {hashedFiles, readModelFile} from "./weightFiles.js";
export {NotMade} from "./notMade.js";
