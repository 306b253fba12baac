export {exportVersion} from "./exportVersion.js";
export {importVersion, type ImportResult} from "./importVersion.js";
