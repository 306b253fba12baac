/**
 * What a team loses when a provider shuts a model or a service down, and what it can use instead.
 * In: announced shutdowns, and the candidates and outputs of the store's runs.
 * Out: a report of the candidates concerned, until when, and the substitutes that scored no worse.
 * It asks no provider, and it moves no data.
 */
export {type CandidateExit, exitReport, type ExitReport} from "./exitReport.js";
export {readShutdowns, type KnownEnd, type Shutdown} from "./shutdowns.js";
export {substitutesFor} from "./substitutes.js";
