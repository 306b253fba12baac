export {type Database, openDatabase, sqlName, sqlString} from "./duckdb.js";
export {messageOf, UsageError, UserError} from "./errors.js";
export {
  flushFile,
  flushFolder,
  insideFolder,
  readJson,
  temporaryPath,
  writeAtomic,
  writeJsonAtomic
} from "./files.js";
export {type Exported, exportsOf, recordExport} from "./exportsLog.js";
export {type FinalRun, finalRuns, recordFinalRun, whoOpens} from "./finalRuns.js";
export {canonicalJson, hashJson, sha256, sha256File} from "./hash.js";
export {heldLocks, type LockOptions, processIsAlive, withLock} from "./lock.js";
export {
  type Columns,
  columnsLiteral,
  emptyRelation,
  readNdjson,
  writeNdjson,
  writeParquet,
  writeParquetLines,
  writeParquetRows
} from "./parquet.js";
export {readRuns} from "./manifests.js";
export {onFirstUse} from "./onFirstUse.js";
export * from "./schema.js";
export {openParts, openRows, withoutSealed} from "./sealed.js";
export {openStore, type Store} from "./store.js";
export {
  checkName,
  listFolders,
  openWorkspace,
  SCHEMA_VERSION,
  sweepTemporary,
  type Workspace
} from "./workspace.js";
