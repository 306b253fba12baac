export type {PullResult} from "./options.js";
export {pull} from "./pull.js";
