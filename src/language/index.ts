export {type AdapterNodes, type Weights} from "./adapter.js";
export {type Batch, batchAt, batchOf, emptyBatch} from "./batch.js";
export {type ArchitectureName, architectureNames, type LanguageConfig, readConfig} from "./config.js";
export {hiddenStates, logitsOf} from "./forward.js";
export {type Precision} from "./loadWeights.js";
export {LanguageModel, readModelConfig} from "./model.js";
export {linearLayers, parameterCount, weightPlan} from "./weightNames.js";
export {
  type AdapterFiles,
  type AdapterSettings,
  type FileTensor,
  readAdapter,
  writeAdapter
} from "./adapterFiles.js";
export {ActiveAdapter, allTargets, newAdapter, targetModules} from "./adapters.js";
export {type LossOptions, tokenLosses} from "./training/loss.js";
export {adamWStep, type AdamWSettings, clipFactor, defaultAdamW, gradientNorm} from "./training/optimizer.js";
export {
  preferenceLoss,
  preferenceLosses,
  type PreferenceLoss,
  type PreferenceResult,
  type PreferenceSettings,
  type Scored
} from "./training/preference.js";
export {learningRate, type ScheduleName, scheduleNames} from "./training/schedule.js";
export {IGNORED, type Targets, targetsOf} from "./training/targets.js";
export {type Parameter, Trainable} from "./training/trainable.js";
export {
  answered,
  cut,
  type Example,
  type LabelledBatch,
  packedRows,
  packing,
  paddedRows,
  type RowOptions
} from "./training/rows.js";
export {checkGradients, gradientSlopes} from "./checkGradients.js";
export {initialWeight, initialWeights} from "./initialWeights.js";
export {
  type Pair,
  type StepRecord,
  type TrainingData,
  type TrainingJob,
  type TrainingOutcome,
  type TrainingProgress,
  type TrainingSettings,
  type ValidationRecord
} from "./training/job.js";
export {availableMemory} from "./training/memory.js";
export {runTraining, type RunTrainingOptions} from "./training/runTraining.js";
export {resultFolder, train, type TrainingHooks} from "./training/train.js";
