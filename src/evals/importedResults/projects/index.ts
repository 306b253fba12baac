export {type MigratedFile, projectFiles} from "./projectFiles.js";
export {NO_KEY} from "./promptfooConfig.js";
export {readProject} from "./readProject.js";
export type {ForeignProject} from "./types.js";
