import {boundedMatches, failWhenSlow, SlowPatternError} from "./boundedMatch.js";
import {checkReferences, noReference, references} from "./references.js";
import {checkOptions, eitherOption, numberOption, oneOfOption, text} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Scorer} from "./types.js";

export interface RegexOptions {
  /** Compare this group of the match with the row's references; without it, matching is enough. */
  capture?: number | string;
  /** Which match to take the group from. Default "first". */
  which?: "first" | "last";
}

/**
 * 1 when the pattern matches the output, or, with `capture`, when the captured text equals a reference; else 0.
 * Without a pattern the row's references are the patterns, and any of them may match.
 *
 * @example `await regexMatch(/^\d{4}$/)({output: "2026", expected: null})` gives `true`
 */
export function regexMatch(pattern?: RegExp, options: RegexOptions = {}): Scorer {
  checkOptions<RegexOptions>("regexMatch", options, {
    capture: eitherOption(numberOption({least: 0, whole: true}), text),
    which: oneOfOption("first", "last")
  });
  const {capture, which = "first"} = options;
  const score: Scorer = ({output, expected}) => {
    if (pattern && capture === undefined) return boundedMatches(pattern, output).length > 0;
    const wanted = references(expected);
    if (!wanted) return noReference;
    if (!pattern) return anyPatternMatches(wanted, output);
    const match = boundedMatches(pattern, output).at(which === "last" ? -1 : 0);
    const captured = typeof capture === "number" ? match?.all[capture] : match?.groups[capture!];
    return {
      value: captured !== undefined && wanted.some((text) => text.trim() === captured.trim()) ? 1 : 0,
      details: {captured: captured ?? null}
    };
  };
  return withSettings(
    failWhenSlow(score),
    {pattern: pattern?.source ?? null, flags: pattern?.flags ?? null, capture: capture ?? null, which},
    {module: import.meta.url, check: pattern && capture === undefined ? undefined : checkReferences}
  );
}

function anyPatternMatches(patterns: readonly string[], output: string): boolean | {failed: string} {
  try {
    return patterns.some((source) => boundedMatches(new RegExp(source, "u"), output).length > 0);
  } catch (error) {
    if (error instanceof SlowPatternError) throw error;
    return {failed: "the row's expected value is no valid regular expression"};
  }
}
