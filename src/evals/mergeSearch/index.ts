/**
 * Searches for merge settings: groups of tensors, methods and weights, tried as candidates of a race.
 * In: models and a search space. Out: the settings to try next, and the finalists of the tries so far.
 * It merges nothing itself (weights/merge) and runs no eval (evals/races).
 */
export {searchCandidates, findModels, type SearchCandidates, triesRaced} from "./candidates.js";
export type {SearchModels} from "./space.js";
export {finalists, type Finalists} from "./finalists.js";
export {groupsWithTensors, takenGroups} from "./groups.js";
export {type DiskSpace, spaceFor} from "./room.js";
export {readSpace, type SearchSpace} from "./space.js";
export {type Tries, triesOf, type Try} from "./tries.js";
