export {combine} from "./combine.js";
export {readResults} from "./readResults.js";
export {sealImported} from "./sealImported.js";
export {otherFiles} from "./otherFiles.js";
export {imported, type ImportedSource} from "./types.js";
