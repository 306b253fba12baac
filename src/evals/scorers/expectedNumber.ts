import {afterLastMarker} from "./afterLastMarker.js";
import {type NumberFormat, parseNumbers} from "./parseNumbers.js";

const NO_NUMBER = {failed: "the row's expected value holds no number"};
// Neither says what the value is: it may be personal.
const SEVERAL = {
  failed:
    'the row\'s expected value holds several numbers, as a time, a date or a range does, and numeric compares one: give it alone in "expected", or mark it with "####"'
};
const IRRATIONAL = {
  failed:
    'the row\'s expected value holds a root or π, which numeric does not work out: give the number in "expected"'
};

/** The number that an expected value states, or why it states none. */
export function expectedNumber(
  expected: unknown,
  format: NumberFormat,
  marker?: string
): number | {failed: string} {
  if (typeof expected === "bigint") return Number(expected);
  if (typeof expected === "number") return Number.isFinite(expected) ? expected : NO_NUMBER;
  if (typeof expected !== "string") return NO_NUMBER;
  const answer = answerIn(expected, marker);
  const numbers = new Set(parseNumbers(answer, format));
  if (numbers.size > 1) return SEVERAL;
  if (/√|\\sqrt|π|\\pi(?![A-Za-z])/.test(answer)) return IRRATIONAL;
  return [...numbers][0] ?? NO_NUMBER;
}

/** The part of an expected text that holds the answer: a solution's working may stand before it. */
function answerIn(text: string, marker?: string): string {
  const marked = marker === undefined ? undefined : afterLastMarker(text, marker, true);
  return marked ?? afterLastMarker(text, "####") ?? lastBoxed(text) ?? text;
}

function lastBoxed(text: string): string | undefined {
  const start = text.lastIndexOf("\\boxed{");
  if (start < 0) return undefined;
  const from = start + "\\boxed{".length;
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return text.slice(from, at);
  }
  return undefined;
}
