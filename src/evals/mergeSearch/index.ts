export {
  candidatesOf,
  findModels,
  type SearchCandidates,
  type SearchModels,
  triesRaced
} from "./candidates.js";
export {finalists, type Finalists} from "./finalists.js";
export {groupsWithTensors, takenGroups} from "./groups.js";
export {type DiskSpace, roomFor} from "./room.js";
export {readSpace, type SearchSpace} from "./space.js";
export {type Tries, triesOf, type Try} from "./tries.js";
