export {type DatasetDefinition, defineDataset, type Sensitivity, type Source} from "./define.js";
export {pull, type PullOptions, type PullResult} from "./pull.js";
export {partRows, toRow, versionFile} from "./rows.js";
export {
  eachShingle,
  hashNumber,
  nearDuplicates,
  type NearDuplicates,
  nearDuplicateSettings,
  type NearDuplicateSettings,
  NumberList,
  plainWords,
  TextIndex,
  UnionFind
} from "./duplicates/index.js";
