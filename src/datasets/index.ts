export {type DatasetDefinition, defineDataset, type Sensitivity, type Source} from "./define.js";
export {pull, type PullOptions, type PullResult} from "./pull.js";
export {partRows, toRow, versionFile} from "./rows.js";
