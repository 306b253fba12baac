import {checkReferences, noReference, references} from "./references.js";
import type {Scorer} from "./types.js";

/**
 * 1 when the output equals a reference, white space around both left out of account; else 0.
 *
 * @example `await exactMatch({output: "Paris\n", expected: "Paris"})` gives `true`
 */
export const exactMatch: Scorer = ({output, expected}) =>
  references(expected)?.some((reference) => reference.trim() === output.trim()) ?? noReference;
exactMatch.module = import.meta.url;
exactMatch.check = checkReferences;
