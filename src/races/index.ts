export {baselineRun} from "./baselineRun.js";
export {decidingRuns, type DecidingRun} from "./decidingRuns.js";
export {everything, type Everything} from "./everything.js";
export {type Race, startRace} from "./race.js";
export {listRaces, raceOf} from "./record.js";
export {type RaceResult, runRace} from "./runRace.js";
