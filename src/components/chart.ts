import * as Plot from "@observablehq/plot";

/** A plot that a screen reader meets as one picture with a label, not as the names of its marks. */
export function chart(options: Plot.PlotOptions & {ariaLabel: string}): Element {
  const plot = Plot.plot({...options, className: "chart"});
  const picture = plot.matches("svg") ? plot : plot.querySelector("svg")!;
  picture.setAttribute("role", "img");
  for (const mark of picture.querySelectorAll("g[aria-label]")) mark.removeAttribute("aria-label");
  return plot;
}
