export {baselineRun} from "./baselineRun.js";
export {decidingRuns, type DecidingRun, isEnded, isFinished} from "./decidingRuns.js";
export {decisionOf} from "./decisionOf.js";
export {everything} from "./everything.js";
export {type EndedRun, type JudgedRun, judgedRuns, otherDefinitionText, statedPlaces} from "./judgedRuns.js";
export {startRace} from "./race.js";
export {listRaces, raceOf} from "./record.js";
