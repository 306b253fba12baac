import type {RaceRecord} from "../decisions/raceTypes.js";
import type {RunManifest} from "../../base/store/index.js";
import type {DecidingRun} from "./decidingRuns.js";

/** A run with the race that is decided on it, the newest whose last round it is. An earlier round decides no race. */
export function decisionOf(run: RunManifest, races: readonly RaceRecord[]): DecidingRun {
  return {run, race: races.findLast(({rounds}) => rounds.at(-1)?.run === run.id)};
}
