export {merge} from "./merge.js";
export {METHODS} from "./methods/index.js";
export {type MergeProgress} from "./options.js";
export {mergeVersion} from "./mergeVersion.js";
export {mergeRecord, recordMerge} from "./record.js";
export {type MergeReport} from "./report.js";
export {checkMerge, type DocumentCheck, type PlanCheck} from "./check.js";
export {mergeMoe} from "./moe/merge.js";
export {isMoeRecipe} from "./moe/read.js";
