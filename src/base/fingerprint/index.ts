export {functionVersion} from "./functionVersion.js";
export {modulesBelow, moduleVersion} from "./moduleVersion.js";
export {readModuleNow} from "./readModule.js";
