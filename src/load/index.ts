export {importBench} from "./importBench.js";
export {LOAD_SHARE, loadTest, type LoadEffects, type LoadOptions, type LoadResult} from "./loadTest.js";
