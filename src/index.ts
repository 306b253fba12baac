/** What data loaders, evals and page loaders import. */
export {
  cascade,
  type CascadeSettings,
  finetuned,
  type FinetunedOptions,
  localCandidate,
  type LocalCandidateOptions,
  mergedModel,
  type MergedOptions,
  type MergeParameters,
  quantised,
  reranked,
  type RerankedSettings,
  servedBest,
  type ServedOptions,
  storedModel,
  trained,
  trainedByJob,
  type TrainedByJobOptions
} from "./evals/candidates/index.js";
export {type Distillation, distillation, type DistillationDefinition} from "./evals/distillation/index.js";
export {localModel, type LocalModelOptions} from "./inference/localModels/index.js";
export {
  type AnswersForm,
  type AnswersKept,
  answersOf,
  type AnswersOptions,
  type AnswersSource,
  chatFilters,
  type DatasetDefinition,
  defineDataset,
  encodingDamage,
  type Filters,
  labelConflicts,
  language,
  type PersonalDataKind,
  type Privacy,
  type PrivacyAction,
  repetition,
  type Sensitivity,
  type Source,
  type TextFilter,
  textLength
} from "./data/datasets/index.js";
export type {HostingModel, PriceFile, StatedHosting, WayThere} from "./base/costs/index.js";
export {decide, scoreTable, type ScoreTable, type Verdict} from "./evals/decisions/index.js";
export {
  anthropic,
  embedded,
  embeddingEndpoint,
  type Endpoint,
  huggingFace,
  openAICompatible,
  recorded
} from "./inference/endpoints/index.js";
export * from "./training/finetunes/index.js";
export {type Job, job, type JobDefinition} from "./training/jobs/index.js";
export {
  maskExcerpt,
  redact,
  type RedactionPolicy,
  scanText,
  type ScanOptions,
  scoreSpans,
  type Span
} from "./data/privacy/index.js";
export {imported, type ImportedSource} from "./evals/importedResults/types.js";
export {
  type Candidate,
  type CandidateCosts,
  candidate,
  defineEval,
  type EvalDefinition,
  type GateRule,
  type ImportedEval,
  type Prompt
} from "./evals/runner/index.js";
export * from "./evals/scorers/index.js";
export type {SplitSpec} from "./data/splits/index.js";
export {openStore, type Row, type Store} from "./base/store/index.js";
