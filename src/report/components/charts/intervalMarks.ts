import * as Plot from "@observablehq/plot";

type Look<T> = string | ((line: T) => string);

export interface IntervalMarksOptions<T> {
  /** The estimate, in the units of the scale; NaN draws none. */
  at(line: T): number;
  /** Undefined for an estimate without an interval. */
  ends(line: T): readonly [low: number, high: number] | undefined;
  color: Look<T>;
  /** Where the line stands on the other scale: a field's name. */
  line: keyof T & string;
  /** The interval runs from below to above; from left to right by default. */
  upright?: boolean;
  /** A thin line and a small point, so many pixels below the line's main interval. */
  below?: number;
  symbol?: Plot.DotOptions["symbol"];
  /** In degrees. */
  rotate?(line: T): number;
  /** The point's inside; its color by default. */
  inside?(line: T): string | undefined;
}

/** An estimate with its interval, as every figure draws it: a bar from end to end and a point on it. */
export function intervalMarks<T>(
  lines: readonly T[],
  {at, ends, color, line, upright, below, symbol, rotate, inside}: IntervalMarksOptions<T>
): Plot.Markish[] {
  const drawn = lines.filter((one) => ends(one) !== undefined);
  const [low, high] = [(one: T) => ends(one)![0], (one: T) => ends(one)![1]];
  const bar = {
    stroke: color,
    strokeWidth: below === undefined ? 5 : 1.5,
    strokeOpacity: below === undefined ? 0.4 : 1,
    strokeLinecap: "round" as const,
    dy: below
  };
  const isHollow = (one: T) => inside?.(one) !== undefined;
  const colorOf = (one: T) => (typeof color === "function" ? color(one) : color);
  return [
    upright
      ? Plot.ruleX(drawn, {...bar, x: line, y1: low, y2: high})
      : Plot.ruleY(drawn, {...bar, y: line, x1: low, x2: high}),
    Plot.dot(lines as T[], {
      ...(upright ? {x: line, y: at} : {y: line, x: at}),
      r: below === undefined ? 5 : 4,
      symbol,
      rotate,
      fill: (one: T) => inside?.(one) ?? colorOf(one),
      stroke: (one: T) => (isHollow(one) ? colorOf(one) : "var(--surface)"),
      strokeWidth: 1.75,
      dy: below
    })
  ];
}

/** Pixels that a name above its value takes of the value's band. */
const NAME = 15;

/** The line of no difference. On a phone names stand above their values, and there it leaves them their room. */
export function zeroAxis<T>(lines: readonly T[], {y, narrow}: {y: keyof T & string; narrow: boolean}) {
  return narrow
    ? Plot.tickX(lines as T[], {x: () => 0, y, stroke: "currentColor", insetTop: NAME})
    : Plot.ruleX([0], {stroke: "currentColor"});
}
