import * as Plot from "@observablehq/plot";
import {type ReadableStop, walkable} from "./walk.js";

const STEPS = [[1], [1, 3], [1, 2, 5], [1, 2, 3, 5, 7], [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]];

/** Ticks of a logarithmic axis, each of which can be labelled: as many as there is room for, at round numbers. */
export function logTicks(low: number, high: number, most: number): number[] {
  const all = STEPS.map((steps) => {
    const decades = [];
    for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) decades.push(power);
    return decades
      .flatMap((power) => steps.map((step) => Number(`${step}e${power}`)))
      .filter((tick) => low <= tick && tick <= high);
  });
  return all.findLast((ticks) => ticks.length <= most) ?? all[0]!;
}

/** What a plot draws, as a reader meets it value by value. */
export interface ReadableValues<T> {
  of: readonly T[];
  /** Where a value stands, in the units of the plot's scales. */
  x(one: T): unknown;
  y(one: T): unknown;
  /** Of a plot in panels: the panel it stands in. */
  panel?(one: T): string;
  /** Its name, figures, interval and n, in lines. */
  text(one: T): string;
  /** Values stand in lines below each other. */
  inLines?: boolean;
}

export type ChartOptions<T> = Plot.PlotOptions & {ariaLabel: string; values?: ReadableValues<T>};

/**
 * A plot that a screen reader meets as one picture with a label, not as the names of its marks, and then value by value where it has
 * `values`.
 */
export function chart<T>({values, ...options}: ChartOptions<T>): Element {
  const plot = Plot.plot({...options, className: "chart"});
  const picture = plot.matches("svg") ? plot : plot.querySelector("svg")!;
  picture.setAttribute("role", "img");
  for (const mark of picture.querySelectorAll("g[aria-label]")) {
    const name = mark.getAttribute("aria-label")!;
    if (name === "x-axis tick label") mark.classList.add("x-ticks");
    if (name === "x-axis label" || name === "y-axis label") mark.classList.add("axis-label");
    mark.removeAttribute("aria-label");
  }
  return values && values.of.length > 0 ? walkable(plot, stopsOf(plot, values), values) : plot;
}

function stopsOf<T>(plot: Plot.Plot, {of, x, y, panel, text}: ReadableValues<T>): ReadableStop[] {
  const place = (name: "x" | "y", value: unknown) => {
    const scale = plot.scale(name);
    return scale ? scale.apply(value) + (scale.bandwidth ?? 0) / 2 : 0;
  };
  // Scales of a panel count from the first one's edge.
  const moved = (name: "fx" | "fy", value: unknown) => {
    const scale = plot.scale(name);
    if (!scale) return 0;
    const [edge] = scale.range as Iterable<number>;
    return scale.apply(value) - edge!;
  };
  return of.flatMap((one) => {
    const own = panel?.(one);
    const stop = {
      x: place("x", x(one)) + moved("fx", own),
      y: place("y", y(one)) + moved("fy", own),
      text: text(one)
    };
    return Number.isFinite(stop.x) && Number.isFinite(stop.y) ? [stop] : [];
  });
}
