import {html} from "htl";
import {fitAxisLabels, fitTicks} from "./fitLabels.js";
import {figureFoot, type Provenance} from "../notes/made.js";
import {figureButtons} from "../notes/saving.js";

/** About what the page leaves beside a figure, before anybody can measure. */
const MARGINS = 70;

export interface FigureOptions {
  /** In pixels, at a width where it depends on that: keeps room for what will be drawn, so that nothing below it moves. */
  height?: number | ((width: number) => number);
  /** What it shows, of how many rows, and the query that gives its numbers. */
  made: Provenance;
}

/**
 * The frame of every plot: draws it again whenever its room gets wider or narrower, saves it, and says how it is made. `draw` gets
 * the width in pixels.
 */
export function figure(draw: (width: number) => Element, {height, made}: FigureOptions): HTMLElement {
  const picture = html`<div class="picture"></div>`;
  if (height !== undefined)
    picture.style.minHeight = `${typeof height === "number" ? height : height(innerWidth - MARGINS)}px`;
  const box = html`<div class="plot framed">
    ${picture}${figureFoot(
      made,
      figureButtons(() => picture.querySelector("svg"))
    )}
  </div>`;
  let drawn = 0;
  const observer = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width === 0 || width === drawn) return;
    drawn = width;
    const focused = picture.contains(document.activeElement);
    picture.replaceChildren(draw(width));
    fitTicks(picture);
    fitAxisLabels(picture);
    if (focused) picture.querySelector<HTMLElement>(".walk")?.focus();
  });
  observer.observe(box);
  return box;
}
