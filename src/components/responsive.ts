import {html} from "htl";
import {figureButtons} from "./saving.js";

const BUTTONS = 28;
/** About what the page leaves beside a figure, before anybody can measure. */
const MARGINS = 70;

export interface ResponsiveOptions {
  /** In pixels, at a width where it depends on that: keeps room for what will be drawn, so that nothing below it moves. */
  height?: number | ((width: number) => number);
}

/** Draws again whenever the room it has got wider or narrower. `draw` gets the width in pixels. */
export function responsive(draw: (width: number) => Element, {height}: ResponsiveOptions = {}): HTMLElement {
  const box = html`<div class="plot"></div>`;
  if (height !== undefined) {
    const room = typeof height === "number" ? height : height(innerWidth - MARGINS);
    box.style.minHeight = `${room + BUTTONS}px`;
  }
  const buttons = figureButtons(() => box.querySelector("svg"));
  let drawn = 0;
  const observer = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width === 0 || width === drawn) return;
    drawn = width;
    box.replaceChildren(draw(width), buttons);
  });
  observer.observe(box);
  return box;
}
