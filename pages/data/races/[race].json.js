import {loaderParameter, print, raceScores} from "assay/site";

await print((store) => raceScores(store, loaderParameter("race")));
