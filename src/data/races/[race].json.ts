import {loaderParameter, print, raceScores} from "../../site/index.js";

await print((store) => raceScores(store, loaderParameter("race")));
