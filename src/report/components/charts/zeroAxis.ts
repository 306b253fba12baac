import * as Plot from "@observablehq/plot";

/** Pixels that a name above its value takes of the value's band. */
const NAME = 15;

/** The line of no difference. On a phone names stand above their values, and there it leaves them their room. */
export function zeroAxis<T>(lines: readonly T[], {y, narrow}: {y: keyof T & string; narrow: boolean}) {
  return narrow
    ? Plot.tickX(lines as T[], {x: () => 0, y, stroke: "currentColor", insetTop: NAME})
    : Plot.ruleX([0], {stroke: "currentColor"});
}
