/**
 * The records of a project: versions, splits, runs, models, jobs and the rest, in a folder or a bucket, with DuckDB over them.
 * In: manifests and Parquet tables. Out: typed records, relations and views without held-out rows.
 * It makes no records itself: it measures, trains and asks nothing. A kind of record is a file in `kinds/`,
 * which also says what a purge erases of it.
 */
export {
  type AppliedPrice,
  appliedPrice,
  askedAt,
  batchPriceOf,
  billedModels,
  keptPrices,
  type PriceChoice,
  type PricedModel,
  pricedStages,
  rowOfPrice,
  undecidedPrices
} from "./appliedPrice.js";
export {costColumn} from "./costColumn.js";
export {type Database, openDatabase, sqlName, sqlPath, sqlString} from "./duckdb.js";
export {dryWorkspace} from "./openWorkspace.js";
export {storageFingerprint} from "./storageFingerprint.js";
export {hasForms, type IdForm, idText, isIdOf} from "./idText.js";
export {
  heldOutBarrier,
  noRowLeft,
  noRows,
  openCounts,
  openParts,
  openRows,
  rowsOfPart,
  withheldParts,
  withoutHeldOut
} from "./heldOut.js";
export {type Acceptance, readAcceptances, writeAcceptances} from "./kinds/acceptances.js";
export {type BenchRecord, readBenches, writeBench} from "./kinds/bench.js";
export {type DistillationRecord, readDistillations, writeDistillation} from "./kinds/distillation.js";
export {type ModelInUse, type KeptRecord, readKept, writeKept} from "./kinds/kept.js";
export {
  downloadsDir,
  hubModelsDir,
  readCached,
  runnableModelsDir,
  vectorsDir,
  writeCached
} from "./kinds/cache.js";
export {
  datasetKey,
  type Latest,
  latestVersion,
  type Origin,
  type OriginFile,
  pointToLatest,
  type RedactionRules,
  readTombstones,
  type Tombstone,
  type Tombstones,
  writeTombstones
} from "./kinds/dataset.js";
export {type ExportedRows, readExports, recordExport} from "./kinds/exportNote.js";
export {modelOfCopy, recordCopy, type WrittenCopy, writtenCopies} from "./kinds/writtenCopy.js";
export {finalRuns, recordFinalRun, whoOpens} from "./kinds/finalRun.js";
export {
  blindingSalt,
  heldOutQuery,
  heldOutRecords,
  heldOutRelation,
  holdOut,
  sameRows,
  writeHeldOut
} from "./kinds/heldOutRecord.js";
export {ERASED, isErasedRow} from "./kinds/eraseRows.js";
export {answersAt, plainAddress, SERVICE_ADDRESSES} from "./answersAt.js";
export {jobsNamed} from "./jobsNamed.js";
export {isMeant, beginningOf, originsOf} from "./origins.js";
export {parentsReader} from "./parentsReader.js";
export type {ModelParent} from "./records/model.js";
export {resultOf} from "./resultOf.js";
export {isWeightFile, mostTold, sameWeights} from "./sameWeights.js";
export {callsText} from "./answerText.js";
export {cutSql, emptySql, isRefused, refusedSql} from "./answerEnds.js";
export {shownRowId} from "./kinds/finalRunViews.js";
export {appendJobEvents, jobDir, readJob, readJobEvents, readJobs, updateJob, writeJob} from "./kinds/job.js";
export type {
  JobDataFile,
  ErasedParts,
  JobEvent,
  JobOutcome,
  JobRecord,
  JobStatus,
  JobTokens
} from "./records/job.js";
export {KINDS} from "./kinds/allKinds.js";
export type {Erased, Erasing, RecordLocation, Kind, Seen} from "./kinds/kind.js";
export {everyRow, getJson, putJson, putRecordFile, readRecord, recordsOf} from "./kinds/records.js";
export {askAgain} from "./kinds/askAgain.js";
export {isBeside, lastAsked} from "./kinds/lastAsked.js";
export {modelKey, modelKind, modelsDir, modelsStorage, readOrigins} from "./kinds/model.js";
export {raceKey, readRaceRecord, readRaces} from "./kinds/race.js";
export {
  hasRunFile,
  readRun,
  readRuns,
  removeRun,
  runIds,
  runKey,
  runPath,
  runTable,
  sealRun,
  setArchived,
  START_WAY_OUT
} from "./kinds/run.js";
export {type Referrer, referrersOf} from "./kinds/records.js";
export {refuseWhileRunning, refuseWhileTraining} from "./refuseWhileRunning.js";
export {measuredRoles, sameRoles} from "./kinds/presentRoles.js";
export {readSplit, readSplits, splitKey, splitParts, writeSplit} from "./kinds/split.js";
export {type Inbox, inboxOf} from "./kinds/received.js";
export {changeSpending, readSpending, type SpendingEntry} from "./kinds/spending.js";
export {noteTraining, type StoppedTraining, trainingDir} from "./kinds/stoppedTraining.js";
export {
  hasRows,
  NEAR_DUPLICATES,
  readVersion,
  readVersions,
  type VersionFile,
  versionKey,
  versionKind,
  type VersionName,
  versionRows,
  versionTable,
  writeVersion
} from "./kinds/version.js";
export {withLease, withSiteLease} from "./lease.js";
export {
  refuseUnfinishedPurge,
  unfinishedPurges,
  unfinishedPurgeText,
  waitForPurge
} from "./unfinishedPurge.js";
export type {HeldLease} from "./renewal.js";
export {
  type ColumnTypes,
  columnsLiteral,
  emptyRelation,
  numberedParquetFile,
  parquetFile,
  parquetFiles,
  parquetList,
  readNdjson,
  roomFor,
  writeLines,
  writeNdjson,
  writeParquet,
  writeParquetLines,
  writeParquetRows
} from "./parquet.js";
export {findRun, runOfId} from "./findRun.js";
export {assertMayWrite, noteWritten} from "./mayWrite.js";
export {fileScan} from "./fileScan.js";
export {probeServer} from "./storage/probeServer.js";
export {tellServerWaits} from "./storage/s3/tryAgain.js";
export {LocalFolder} from "./storage/localFolder.js";
export type {StorageBackend, StagedFolder} from "./storage/storageBackend.js";
export {holds, thisHolder} from "./holder.js";
export {plainSql} from "./plainSql.js";
export {type ProjectSettings, projectSettings} from "./projectSettings.js";
export {PRICES_FOLDER, projectPrices, projectPricesOr, readPriceFile} from "./projectPrices.js";
export * from "./records/run.js";
export * from "./records/runTables.js";
export * from "./records/split.js";
export * from "./records/version.js";
export {openStore, type Store} from "./store.js";
export {assertOneStatement, conditionTree, userCondition, userQuery} from "./userSql.js";
export {openWorkspace} from "./openWorkspace.js";
export type {Workspace} from "./kinds/kind.js";
