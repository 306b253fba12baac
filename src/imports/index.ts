export {combine, type Combined} from "./combine.js";
export {readResults} from "./readResults.js";
export {sealImported, type SealImportedOptions} from "./sealImported.js";
export {
  imported,
  type ImportedAnswer,
  type ImportedFile,
  type ImportedScore,
  type ImportedSource
} from "./types.js";
