import {UserError} from "../store/index.js";
import type {SplitSpec} from "./spec.js";

/**
 * One spec for each window of a rolling split, named "NAME 1 of N" and so on, oldest first; any other spec is its own
 * only one. Throws a UserError that names everything wrong with the windows.
 */
export function rollingWindows(spec: SplitSpec): SplitSpec[] {
  const {rolling} = spec;
  if (rolling === undefined || spec.window !== undefined) return [spec];
  const name = spec.name ?? spec.strategy;
  const count = typeof rolling === "number" ? rolling : rolling.length;
  const problems = problemsOf(spec, count);
  if (problems.length > 0) throw new UserError(`split ${name}: ${problems.join("; ")}.`);
  return Array.from({length: count}, (_, i) => ({
    ...spec,
    name: `${name} ${i + 1} of ${count}`,
    window: i + 1
  }));
}

function problemsOf(
  {strategy, rolling, heldOut, cutoffs, test, validation}: SplitSpec,
  count: number
): string[] {
  const problems: string[] = [];
  if (strategy !== "temporal") problems.push(`\`rolling\` goes with the strategy temporal, not ${strategy}`);
  if (cutoffs)
    problems.push("`rolling` cannot be combined with `cutoffs`: give `rolling` the list of cut-offs");
  if (heldOut) problems.push("a rolling split has no held-out part");
  if (!(Number.isInteger(count) && count >= 1))
    problems.push(`\`rolling\` needs at least one window, not ${count}`);
  if (typeof rolling === "number") {
    const share = test ?? rollingTest(count);
    if (!(share > 0) || count * share + (validation ?? 0) >= 1)
      problems.push(
        `${count} windows of ${share} and validation ${validation ?? 0} must leave something to train on`
      );
  } else if (rolling) {
    const moments = rolling.map((moment) => Date.parse(moment));
    rolling.forEach((moment, i) => {
      if (Number.isNaN(moments[i])) problems.push(`cut-off ${JSON.stringify(moment)} is no date or time`);
      else if (i > 0 && moments[i]! <= moments[i - 1]!)
        problems.push(`cut-off ${moment} is not after ${rolling[i - 1]}`);
    });
  }
  return problems;
}

/** Share of a window unless told otherwise: together they are the newest half. */
export function rollingTest(windows: number): number {
  return 0.5 / windows;
}
