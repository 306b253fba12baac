import type {SplitSpec} from "./spec.js";
import {assertSplit} from "./specSchema.js";

/**
 * One spec for each window of a rolling split, named "NAME 1 of N" and so on, oldest first; any other spec is its own
 * only one. Throws a UserError that names everything wrong with the spec.
 */
export function rollingWindows(spec: SplitSpec): SplitSpec[] {
  assertSplit(spec);
  const {rolling} = spec;
  if (rolling === undefined || spec.window !== undefined) return [spec];
  const name = spec.name ?? spec.strategy;
  const count = typeof rolling === "number" ? rolling : rolling.length;
  return Array.from({length: count}, (_, i) => ({
    ...spec,
    name: `${name} ${i + 1} of ${count}`,
    window: i + 1
  }));
}
