import {checkReferences, noReference, references} from "./references.js";
import {checkOptions, flag} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Scorer} from "./types.js";

export interface IncludesOptions {
  /** Default false. */
  ignoreCase?: boolean;
  /** Only whole words count: "cat" is not in "concatenate". Default false. */
  wholeWords?: boolean;
  /** Every reference must occur instead of any. Default false. */
  all?: boolean;
}

/**
 * 1 when the output contains a reference (or all of them), else 0. An empty reference is a failure, not a hit.
 *
 * @example `await includes()({output: "It is Paris.", expected: "Paris"})` gives `true`
 */
export function includes(options: IncludesOptions = {}): Scorer {
  checkOptions<IncludesOptions>("includes", options, {ignoreCase: flag, wholeWords: flag, all: flag});
  const score: Scorer = ({output, expected}) => {
    const wanted = references(expected)?.map((reference) => reference.trim());
    if (!wanted) return noReference;
    if (wanted.includes(""))
      return {failed: "the row's expected value is empty, and every output contains that"};
    const found = (reference: string) => contains(output, reference, options);
    return options.all ? wanted.every(found) : wanted.some(found);
  };
  return withSettings(score, {...options}, {module: import.meta.url, check: checkReferences});
}

function contains(
  text: string,
  part: string,
  {ignoreCase = false, wholeWords = false}: IncludesOptions
): boolean {
  const [haystack, needle] = ignoreCase ? [text.toLowerCase(), part.toLowerCase()] : [text, part];
  if (!wholeWords) return haystack.includes(needle);
  const word = /[\p{L}\p{N}_]/u;
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) {
    const before = [...haystack.slice(Math.max(0, at - 2), at)].at(-1) ?? "";
    const after = [...haystack.slice(at + needle.length, at + needle.length + 2)][0] ?? "";
    if (!word.test(before) && !word.test(after)) return true;
  }
  return false;
}
