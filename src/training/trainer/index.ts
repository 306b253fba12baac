/**
 * Training of language models on this machine: forward pass, gradients, optimiser, adapters, checkpoints.
 * In: tokenized rows, a base's weights and settings. Out: weights, byte-equal for the same seed, resumable after a kill.
 * Datasets, chat formats and the store are `training/finetunes`'.
 */
export {type Batch, batchAt, batchOf} from "./batch.js";
export {readConfig} from "./config.js";
export type {Precision} from "./loadWeights.js";
export {LanguageModel, readModelConfig} from "./model.js";
export {parameterCount} from "./weightNames.js";
export {readAdapter} from "./adapterFiles.js";
export {ActiveAdapter, allTargets, newAdapter, targetModules} from "./adapters.js";
export {tokenLosses} from "./training/loss.js";
export {adamWStep, clipFactor, defaultAdamW, gradientNorm} from "./training/optimizer.js";
export {
  preferenceLoss,
  preferenceLosses,
  type PreferenceLoss,
  type ScoredAnswer
} from "./training/preference.js";
export {learningRate, type ScheduleName, scheduleNames} from "./training/schedule.js";
export {IGNORED, targetsOf} from "./training/targets.js";
export {Trainable} from "./training/trainable.js";
export {
  answered,
  cut,
  type TokenExample,
  type LabelledBatch,
  packedRows,
  packing,
  paddedRows,
  type SoftLabel
} from "./training/rows.js";
export {checkGradients, gradientSlopes} from "./checkGradients.js";
export {type InitialSettings, initialWeights} from "./initialWeights.js";
export {ktoLoss, type KtoSettings} from "./training/kto.js";
export {withMismatched} from "./training/marked.js";
export type {
  MarkedAnswer,
  PreferencePair,
  TrainingJob,
  TrainingOutcome,
  TrainingProgress,
  TrainingSettings
} from "./training/job.js";
export {runTraining} from "./training/runTraining.js";
export {resultFolder} from "./training/ending.js";
export {train} from "./training/train.js";
export {availableMemory} from "../../weights/ggml/index.js";
export {tooLarge} from "./training/memory.js";
