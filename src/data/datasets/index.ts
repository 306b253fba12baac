/**
 * Datasets as versions: sources, filters, duplicates, differences, drift, cards, transfer and erasure.
 * In: a definition from `data-loaders/`. Out: immutable versions in the store, named by the hash of their content.
 * Personal data is `data/privacy`; dividing a version into parts is `data/splits`.
 */
export {
  type AnswersForm,
  type AnswersKept,
  answersOf,
  type AnswersOptions,
  type AnswersRecord,
  answersSchema,
  carriedName,
  type AnswersSource,
  isAnswers,
  leftOutText,
  type OutputTerms,
  type TeacherRecord,
  type TrainOnOutputs
} from "./answers/index.js";
export {
  answersDataset,
  assertDataset,
  type DatasetDefinition,
  defineDataset,
  type Sensitivity
} from "./define.js";
export type {ColumnDrift} from "./columnDrift.js";
export {diffVersions, type VersionDiff} from "./diff.js";
export {momentOfColumn, timeProblem} from "./moments.js";
export {driftedColumns, watchText} from "./driftWatch.js";
export {driftVerdict, type DriftVerdict} from "./driftVerdict.js";
export {findVersion, noVersion, versionPair} from "./findVersion.js";
export {checkCroissant, croissant, huggingFaceCard} from "./cards/index.js";
export {collectGarbage} from "./collectGarbage.js";
export type {Touched} from "./eraseRecords.js";
export type {Transfer} from "./sources/index.js";
export {MAY_RETURN} from "./goneVersions.js";
export {purge} from "./purge.js";
export {answersTo} from "./purgeAnswers.js";
export {unreadText} from "./purgeCondition.js";
export {previewPurge, type PurgePreview} from "./purgePreview.js";
export type {PersonalDataKind, Privacy, PrivacyAction} from "./privacyOption.js";
export {cellText, type StoredColumn, isNumber, isText, shownType} from "./cellText.js";
export type {CellRow, FormerRedactor, RedactedRow, Redactor} from "./redactor.js";
export {LEDGER_FORM, rulesIn} from "./redactionRules.js";
export {sourceChange} from "./origin/index.js";
export {pull, type PullResult} from "./pull/index.js";
export {spanReceiver} from "./receiver/index.js";
export {
  messageAnswer,
  at,
  brokenLineText,
  importers,
  inspectInvalidation,
  inspectLog,
  inspectOutput,
  inspectParts,
  isObject,
  type JsonObject,
  lineCount,
  lmEvalInput,
  lmEvalModel,
  lmEvalOutput,
  lmEvalResults,
  lmEvalRowModel,
  lmEvalTarget,
  lmEvalTask,
  type LogTool,
  messageText,
  objectsOf,
  openZip,
  type Source,
  textOf,
  withAttachments,
  type Zip
} from "./sources/index.js";
export {strictest} from "./strictest.js";
export {tombstones} from "./tombstones.js";
export {leftOutRows, partRows, toRow} from "./rows.js";
export {
  eachShingle,
  hashNumber,
  hashUnits,
  KnownTexts,
  type LabelConflict,
  labelConflicts,
  nearDuplicates,
  nearMatches,
  type NearDuplicates,
  nearDuplicateSettings,
  type NearDuplicateSettings,
  NumberList,
  plainWords,
  TextIndex,
  UnionFind
} from "./duplicates/index.js";
export {
  chatFilters,
  encodingDamage,
  type Filters,
  language,
  repetition,
  type TextFilter,
  textLength
} from "./filters/index.js";
export {exportVersion, importVersion} from "./transfer/index.js";
