import * as Plot from "@observablehq/plot";
import {chart} from "./chart.js";
import {figuresMargin, lineNames} from "./lineNames.js";

/** Below so many pixels a picture is narrow: names stand above their lines. */
const NARROW = 560;
const ABOVE_AND_BELOW = 54;

export interface LineChartOptions<T> {
  width: number;
  /** What a screen reader calls the picture. */
  label: string;
  /** The field that names a line. */
  name: keyof T & string;
  /** The text of the x axis; on a phone there is room for little. */
  axis(narrow: boolean): string;
  /** Pixels that a line takes. */
  heights: {wide: number; narrow: number};
  /** Pixels that a name beside its line takes at most. */
  mostName?: number;
  domain?: readonly [number, number];
  /** The domain ends where it says, not at round numbers, and the marks bring their own lines in place of a grid. */
  exact?: boolean;
  wideTicks?: number;
  /** What stands right of a line. */
  written?(line: T, narrow: boolean): string;
  marks(narrow: boolean): Plot.Markish[];
  /** Where a reader meets a line's value, and what it says. */
  at(line: T): number;
  text(line: T): string;
}

/** Lines below each other, each with its name before it, its values on one scale, and its figures behind it. */
export function lineChart<T>(lines: readonly T[], options: LineChartOptions<T>): Element {
  const {width, name, heights, written, domain, wideTicks = 7} = options;
  const narrow = width < NARROW;
  const height = narrow ? heights.narrow : heights.wide;
  const namesOfLines = lines.map((line) => String(line[name]));
  // The name takes the upper third of the line's band.
  const above = Math.round(height / 3);
  const names = lineNames(namesOfLines, {width, above: narrow ? above : undefined, most: options.mostName});
  const ticks = narrow ? 4 : wideTicks;
  return chart({
    width,
    height: ABOVE_AND_BELOW + lines.length * height,
    marginLeft: names.marginLeft,
    marginRight: written ? figuresMargin(lines.map((line) => written(line, narrow))) : 16,
    marginTop: narrow ? 14 : 6,
    marginBottom: 42,
    ariaLabel: options.label,
    x: {
      label: `${options.axis(narrow)} →`,
      labelAnchor: "center",
      labelArrow: "none",
      ticks,
      domain: domain as [number, number] | undefined,
      nice: !options.exact
    },
    y: {label: null, domain: namesOfLines, axis: null},
    marks: [
      options.exact ? null : Plot.gridX({stroke: "var(--line)", strokeOpacity: 1, ticks}),
      ...options.marks(narrow),
      written
        ? Plot.text(lines as T[], {
            y: name,
            frameAnchor: "right",
            textAnchor: "start",
            dx: 10,
            text: (line: T) => written(line, narrow),
            fill: "currentColor",
            fontVariant: "tabular-nums"
          })
        : null,
      names.mark
    ],
    values: {of: lines, x: options.at, y: (line) => line[name], text: options.text, inLines: true}
  });
}
