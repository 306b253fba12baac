export {noteOrigin} from "./noteOrigin.js";
export {isSameOrigin, originOf} from "./originOf.js";
export {sourceChange} from "./sourceChange.js";
