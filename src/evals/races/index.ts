/**
 * Runs an eval in rounds: after each round candidates that cannot win any more are dropped.
 * In: an eval and a way to run one round. Out: a race's record in the store and the runs of its rounds.
 * How a round is run is the runner's; what the last round means is for `decisions`.
 */
export {baselineRun} from "./baselineRun.js";
export {decidingRuns, type DecidingRun, isEnded, isFinished} from "./decidingRuns.js";
export {decisionOf} from "./decidingRuns.js";
export {everything} from "./everything.js";
export {type EndedRun, type JudgedRun, judgedRuns, otherDefinitionText, statedPlaces} from "./judgedRuns.js";
export {startRace} from "./race.js";
export {listRaces, raceOf} from "./record.js";
