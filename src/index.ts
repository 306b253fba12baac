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
  trained
} from "./candidates/index.js";
export {localModel, type LocalModelOptions} from "./generation/index.js";
export {
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
} from "./datasets/index.js";
export type {HostingModel, PriceFile, StatedHosting, WayThere} from "./costs/index.js";
export {decide, scoreTable, type ScoreTable, type Verdict} from "./decisions/index.js";
export {
  embedded,
  embeddingEndpoint,
  type Endpoint,
  huggingFace,
  openAICompatible,
  recorded
} from "./endpoints/index.js";
export * from "./finetune/index.js";
export {type Job, job, type JobDefinition} from "./jobs/index.js";
export {
  maskExcerpt,
  redact,
  type RedactionPolicy,
  scanText,
  type ScanOptions,
  scoreSpans,
  type Span
} from "./privacy/index.js";
export {imported, type ImportedSource} from "./imports/types.js";
export {
  type Candidate,
  type CandidateCosts,
  candidate,
  defineEval,
  type EvalDefinition,
  type GateRule,
  type ImportedEval,
  type Prompt
} from "./runner/index.js";
export * from "./scorers/index.js";
export type {SplitSpec} from "./splits/index.js";
export {openStore, type Row, type Store} from "./store/index.js";
