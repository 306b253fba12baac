/**
 * Versions of code: SHA-256 over what a module or function says and all that it imports, without comments and layout.
 * In: a module's URL or a function. Out: a hash that changes when its results may.
 */
export {functionVersion} from "./functionVersion.js";
export {modulesBelow, moduleVersion} from "./moduleVersion.js";
export {readModuleNow} from "./readModule.js";
