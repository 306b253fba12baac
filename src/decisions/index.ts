export {decide} from "./decide.js";
export {scoreTable} from "./scoreTable.js";
export {points} from "./sentence.js";
export * from "./types.js";
