import {html} from "htl";
import {figureButtons} from "./saving.js";

/** Draws again whenever the room it has got wider or narrower. `draw` gets the width in pixels. */
export function responsive(draw: (width: number) => Element): HTMLElement {
  const box = html`<div class="plot"></div>`;
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
