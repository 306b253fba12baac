export {noteOrigin, isSameOrigin, originOf} from "./originOf.js";
export {sourceChange} from "./sourceChange.js";
