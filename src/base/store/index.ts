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
export {costColumn, type Pricing} from "./costColumn.js";
export {type Database, openDatabase, sqlName, sqlPath, sqlString} from "./duckdb.js";
export {dryWorkspace} from "./dryWorkspace.js";
export {placeFingerprint} from "./fingerprint.js";
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
export {type Exported, readExports, recordExport} from "./kinds/exportNote.js";
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
export {type Called, isCalled, isMeant} from "./isCalled.js";
export {jobsNamed} from "./jobsNamed.js";
export {beginningOf, originsOf, type Parent} from "./origins.js";
export {resultOf} from "./resultOf.js";
export {parentsReader} from "./parentsReader.js";
export {isWeightFile, mostTold, sameWeights, toldElsewhere} from "./sameWeights.js";
export {callsText} from "./answerText.js";
export {cutSql, emptySql, isRefused, refusedSql} from "./answerEnds.js";
export {isStaged} from "./isStaged.js";
export {modelIdsOf} from "./modelIdsOf.js";
export {shownRowId} from "./kinds/finalRunViews.js";
export {
  appendJobEvents,
  jobDir,
  type JobData,
  type ErasedParts,
  type JobEvent,
  type JobOutcome,
  type JobRecord,
  type JobStatus,
  type JobTokens,
  readJob,
  readJobEvents,
  readJobs,
  updateJob,
  writeJob
} from "./kinds/job.js";
export {KINDS} from "./kinds/index.js";
export {
  type Erased,
  type Erasing,
  everyRow,
  type Found,
  getJson,
  type Kind,
  putJson,
  readRecord,
  recordsOf,
  type Seen
} from "./kinds/kind.js";
export {askAgain} from "./kinds/askAgain.js";
export {isBeside, lastAsked} from "./kinds/lastAsked.js";
export {modelKey, modelsDir, modelsPlace, readOrigins} from "./kinds/model.js";
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
  setArchived
} from "./kinds/run.js";
export {type Referrer, referrersOf} from "./referrers.js";
export {refuseWhileRunning} from "./refuseWhileRunning.js";
export {refuseWhileTraining} from "./refuseWhileTraining.js";
export {measuredRoles, sameRoles} from "./kinds/presentRoles.js";
export {readSplit, readSplits, splitKey, splitParts, writeSplit} from "./kinds/split.js";
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
export {withLease} from "./lease.js";
export {withSiteLease} from "./siteLease.js";
export {refuseUnfinishedPurge, unfinishedPurges, unfinishedPurgeText} from "./unfinishedPurge.js";
export type {Held} from "./renewal.js";
export {
  type Columns,
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
export {LocalFolder} from "./place/localFolder.js";
export type {Place, Stage} from "./place/place.js";
export {plainSql} from "./plainSql.js";
export {PRICES_FOLDER, projectPrices, projectPricesOr, readPriceFile} from "./projectPrices.js";
export * from "./schema.js";
export {openStore, type Store} from "./store.js";
export {assertOneStatement, conditionTree, userCondition, userQuery} from "./userSql.js";
export {openWorkspace, type Workspace} from "./workspace.js";
