export {importBench} from "./importBench.js";
export {loadTest, type LoadOptions} from "./loadTest.js";
