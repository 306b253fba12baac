import {afterLastMarker} from "./afterLastMarker.js";
import {type NumberFormat, parseNumbers} from "./parseNumbers.js";
import {anyObject, checkOptions, number, oneOf, text} from "./scorerOptions.js";
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
 * or without the marker asked for, is 0: the model was asked for a number and gave none. An expected value without
 * a number is a failure. Thousands separators, currency and percent signs do not matter; a unit without a factor
 * in `units` is ignored.
 */
export function numeric(options: NumericOptions = {}): Scorer {
  checkOptions<NumericOptions>("numeric", options, {
    which: oneOf("first", "last"),
    after: text,
    absolute: number({least: 0}),
    relative: number({least: 0}),
    decimal: oneOf(".", ","),
    units: anyObject
  });
  const {after, absolute = 0, relative = 0, decimal, units} = options;
  const which = options.which ?? (after === undefined ? "last" : "first");
  const format = {decimal, units};
  const wantedOf = (expected: unknown): number[] | undefined => {
    const list: unknown[] = Array.isArray(expected) ? expected : [expected];
    const numbers = list.map((item) => expectedNumber(item, format));
    return numbers.length === 0 || numbers.includes(undefined) ? undefined : (numbers as number[]);
  };
  const check = (expected: unknown) =>
    wantedOf(expected) ? undefined : "the row's expected value holds no number";
  const score: Scorer = ({output, expected}) => {
    const wanted = wantedOf(expected);
    if (!wanted) return {failed: check(expected)!};
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

function expectedNumber(expected: unknown, format: NumberFormat): number | undefined {
  if (typeof expected === "number") return Number.isFinite(expected) ? expected : undefined;
  if (typeof expected === "bigint") return Number(expected);
  return typeof expected === "string" ? parseNumbers(expected, format).at(-1) : undefined;
}
