export {chooseRun} from "./chooseRun.js";
export {overview} from "./overview.js";
