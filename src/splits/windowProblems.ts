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
    if (before !== undefined && Date.parse(moment) <= Date.parse(before))
      problems.push(`cut-off ${moment} is not after ${before}`);
  });
  return problems;
}

/** Share of a window unless told otherwise: together they are the newest half. */
export function rollingTest(windows: number): number {
  return 0.5 / windows;
}
