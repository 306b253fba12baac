import type {NearOtherParts} from "../../../training/finetunes/exports/nearOtherParts.js";
import {plural} from "../../terminal/plural.js";

/** The parts that have near-duplicates of training rows. */
export function nearText(near: NearOtherParts | undefined): string[] {
  if (near === undefined)
    return [
      "! near-duplicates in other parts were not searched: for pairs of a run that needs the dataset's `text`"
    ];
  return Object.entries(near)
    .filter(([, count]) => count > 0)
    .map(
      ([other, count]) =>
        `! ${plural(count, "row")} ${count === 1 ? "has" : "have"} a near-duplicate in the ${other} part: scores on it will be too high for a model trained on them`
    );
}
