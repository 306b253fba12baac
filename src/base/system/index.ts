/**
 * Files, hashes, processes and timers of this machine, each written so that a crash leaves old content or new.
 * Other rooms import its files by path. It has no code for records of the store.
 */
export {giveUpSeconds} from "./waits.js";
export {
  insideFolder,
  isWithin,
  makeFolder,
  namingTarget,
  readJson,
  sweepTemporary,
  temporaryPath,
  writeAtomic,
  writeJsonAtomic
} from "./files.js";
export {isDiskFull, refusedByMachine} from "./machineError.js";
export {canonicalJson, hashJson, RowIdsHash, rowsSha256, sha256, sha256File} from "./hash.js";
export {assertRegularFile, assertRegularFileSync, assertTextFile} from "./regularFile.js";
export {inProject, projectOf} from "./projectPaths.js";
export {onFirstUse} from "./remember.js";
export {processIsAlive, startThread} from "./process.js";
export {inParallel} from "./inParallel.js";
export {pagesFolder} from "./projectPaths.js";
export {readYaml} from "./yamlText.js";
