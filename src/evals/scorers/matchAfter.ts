import {afterLastMarker} from "./afterLastMarker.js";
import {checkReferences, noReference, references} from "./references.js";
import {checkOptions, flag} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Scorer} from "./types.js";

export interface MatchAfterOptions {
  /** Compare the whole output when the marker is absent instead of scoring 0. Default false. */
  orWhole?: boolean;
  /** Only a marker at the beginning of a line counts. Default false. */
  lineStart?: boolean;
  /** Remove one full stop at the end of the answer. Default true. */
  dropFullStop?: boolean;
}

/**
 * For answers that follow a reasoning ("So the answer is (B)."): 1 when the rest of the line behind the last
 * `marker` equals a reference, white space around it left out of account; else 0.
 *
 * @example `await matchAfter("answer is")({output: "So the answer is 12.", expected: "12"})` gives `{value: 1, details: {answer: "12"}}`
 */
export function matchAfter(marker: string, options: MatchAfterOptions = {}): Scorer {
  checkOptions<MatchAfterOptions>("matchAfter", options, {
    orWhole: flag,
    lineStart: flag,
    dropFullStop: flag
  });
  const {orWhole = false, lineStart = false, dropFullStop = true} = options;
  const score: Scorer = ({output, expected}) => {
    const wanted = references(expected);
    if (!wanted) return noReference;
    const marked = afterLastMarker(output, marker, lineStart);
    const found = marked ?? (orWhole ? output : undefined);
    if (found === undefined) return {value: 0, details: {answer: null}};
    const answer =
      marked !== undefined && dropFullStop ? found.trim().replace(/\.$/, "").trim() : found.trim();
    return {value: wanted.some((reference) => reference.trim() === answer) ? 1 : 0, details: {answer}};
  };
  return withSettings(
    score,
    {marker, orWhole, lineStart, dropFullStop},
    {module: import.meta.url, check: checkReferences}
  );
}
