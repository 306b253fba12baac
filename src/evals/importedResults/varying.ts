import {memberOf} from "../../base/validation/memberOf.js";
import type {ImportedAnswer} from "./types.js";

/**
 * What the answers to one row say differently, such as whether each passed, with its values: that is of answers, and rows
 * cannot be divided by it.
 */
export function varyingIn(answers: readonly ImportedAnswer[]): Map<string, Set<string>> {
  const first = new Map<string, Map<string, string>>();
  const names = new Set<string>();
  for (const {row, slices = {}} of answers) {
    const known = first.get(row) ?? new Map<string, string>();
    first.set(row, known);
    for (const [name, value] of Object.entries(slices))
      if (!known.has(name)) known.set(name, value);
      else if (known.get(name) !== value) names.add(name);
  }
  return new Map(
    [...names].map((name) => [name, new Set(answers.flatMap(({slices}) => memberOf(slices, name) ?? []))])
  );
}

/** What to tell of them: those that could have been slices, with at most `most` values. */
export function varyingNotes(varying: ReadonlyMap<string, ReadonlySet<string>>, most: number): string[] {
  const names = [...varying].filter(([, values]) => values.size <= most).map(([name]) => name);
  if (names.length === 0) return [];
  const isOne = names.length === 1;
  return [
    `${names.join(", ")} ${isOne ? "differs" : "differ"} between the answers to one row, so the rows are not sliced by ${isOne ? "it" : "them"}.`
  ];
}
