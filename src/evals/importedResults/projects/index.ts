export {type MigratedFile, projectFiles} from "./projectFiles.js";
export {readProject} from "../readProject.js";
export type {ForeignProject} from "./types.js";
