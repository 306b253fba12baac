export {functionVersion} from "./functionVersion.js";
export {moduleVersion} from "./moduleVersion.js";
