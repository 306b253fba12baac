import {afterLastMarker} from "./afterLastMarker.js";
import {expectedNumber} from "./expectedNumber.js";
import {type NumberFormat, parseNumbers} from "./parseNumbers.js";
import {anyObject, checkOptions, numberOption, oneOfOption, text} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Scorer} from "./types.js";

export interface NumericOptions extends NumberFormat {
  /** Which of the output's numbers is the answer. Default "last"; "first" behind a marker. */
  which?: "first" | "last";
  /** Look only at the rest of the line behind the last line that begins with this marker ("A:", "####"). */
  after?: string;
  /** Largest absolute difference that still counts. Default 0. */
  absolute?: number;
  /** Largest difference as a share of the expected number. Default 0. */
  relative?: number;
}

/** Unit factors and thousandths make rounding errors of this order; no answer is wrong for them. */
const rounding = 1e-12;

/**
 * 1 when the number in the output is within tolerance of an expected number, else 0. An output without a number,
 * or without the marker asked for, is 0: the model was asked for a number and gave none. Thousands separators, currency and percent
 * signs do not matter; a unit without a factor in `units` is ignored. Fractions ("3/4", "1 1/2", "\frac{3}{4}") and powers
 * ("3 × 10^8") are one number. An expected text is read behind its last "####" or `after`, else in its last `\boxed{}`, else whole. One
 * that holds no number there, or several (a time, a date, a range), is a failure, and so is a root or a multiple of π.
 *
 * @example `await numeric()({output: "That makes 1,250 euros.", expected: 1250})` gives `{value: 1, details: {expected: 1250, predicted: 1250}}`
 * @example `await numeric({relative: 0.01})({output: "3.14", expected: 3.141})` gives `{value: 1, details: {expected: 3.141, predicted: 3.14}}`
 */
export function numeric(options: NumericOptions = {}): Scorer {
  checkOptions<NumericOptions>("numeric", options, {
    which: oneOfOption("first", "last"),
    after: text,
    absolute: numberOption({least: 0}),
    relative: numberOption({least: 0}),
    decimal: oneOfOption(".", ","),
    units: anyObject
  });
  const {after, absolute = 0, relative = 0, decimal, units} = options;
  const which = options.which ?? (after === undefined ? "last" : "first");
  const format = {decimal, units};
  const wantedOf = (expected: unknown): number[] | {failed: string} => {
    const list: unknown[] = Array.isArray(expected) ? expected : [expected];
    const numbers: number[] = [];
    for (const item of list.length === 0 ? [undefined] : list) {
      const found = expectedNumber(item, format, after);
      if (typeof found !== "number") return found;
      numbers.push(found);
    }
    return numbers;
  };
  const check = (expected: unknown) => {
    const wanted = wantedOf(expected);
    return "failed" in wanted ? wanted.failed : undefined;
  };
  const score: Scorer = ({output, expected}) => {
    const wanted = wantedOf(expected);
    if ("failed" in wanted) return wanted;
    const answer = after === undefined ? output : afterLastMarker(output, after, true);
    const predicted = parseNumbers(answer ?? "", format).at(which === "last" ? -1 : 0);
    const close = (number: number | undefined) =>
      predicted !== undefined &&
      Math.abs(predicted - number!) <= Math.max(absolute, Math.max(relative, rounding) * Math.abs(number!));
    return {
      value: wanted.some(close) ? 1 : 0,
      details: {
        expected: wanted.length === 1 ? wanted[0]! : wanted,
        predicted: predicted ?? null
      }
    };
  };
  return withSettings(
    score,
    {which, after: after ?? null, absolute, relative, decimal: decimal ?? ".", units: units ?? {}},
    {module: import.meta.url, check}
  );
}
