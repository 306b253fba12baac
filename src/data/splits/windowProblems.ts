import {momentOf} from "./moment.js";
import type {SplitSpec} from "./spec.js";

/** What is wrong with the windows of a rolling spec: empty when nothing is. */
export function windowProblems({rolling, heldOut, cutoffs, test, validation}: SplitSpec): string[] {
  if (rolling === undefined) return [];
  const problems: string[] = [];
  if (cutoffs) problems.push("cannot be combined with `cutoffs`: give `rolling` the list of cut-offs");
  if (heldOut) problems.push("leaves no held-out part: a rolling split has none");
  if (typeof rolling === "number") {
    const share = test ?? rollingTest(rolling);
    if (!(share > 0) || rolling * share + (validation ?? 0) >= 1)
      problems.push(
        `${rolling} windows of ${share} and validation ${validation ?? 0} must leave something to train on`
      );
    return problems;
  }
  rolling.forEach((moment, i) => {
    const before = rolling[i - 1];
    if (before !== undefined && momentOf(moment)! <= momentOf(before)!)
      problems.push(`cut-off ${moment} is not after ${before}`);
  });
  return problems;
}

/** What is wrong with the cut-offs of a spec: empty when nothing is. */
export function cutoffProblems({cutoffs}: SplitSpec): string[] {
  if (cutoffs?.validation === undefined) return [];
  const {validation, test} = cutoffs;
  return momentOf(validation)! < momentOf(test)!
    ? []
    : [`leave no validation part: ${validation} is not before ${test}`];
}

/** Why a spec that asks for a held-out part would have none; undefined when it has one. Of a rolling one see `windowProblems`. */
export function windowsWithoutHeldOut({
  heldOut,
  strategy,
  rolling,
  gap,
  cutoffs
}: SplitSpec): string | undefined {
  if (!heldOut || rolling !== undefined) return undefined;
  const otherwise = "hold rows out by another split of the dataset: all splits leave them out";
  if (strategy === "given")
    return `is no share of a split whose parts a column names: name the rows "held-out" there, or ${otherwise}`;
  const cut = gap !== undefined ? "gap" : cutoffs ? "cutoffs" : undefined;
  return cut && `does not go with \`${cut}\`: ${otherwise}`;
}

/** Share of a window unless told otherwise: together they are the newest half. */
export function rollingTest(windows: number): number {
  return 0.5 / windows;
}
