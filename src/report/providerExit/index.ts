export {type CandidateExit, exitReport, type ExitReport} from "./exitReport.js";
export {readShutdowns, type KnownEnd, type Shutdown} from "./shutdowns.js";
export {substitutesFor} from "./substitutes.js";
