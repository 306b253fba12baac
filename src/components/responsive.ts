import {html} from "htl";
import {figureButtons} from "./saving.js";

const BUTTONS = 28;

/**
 * Draws again whenever the room it has got wider or narrower. `draw` gets the width in pixels. `height` keeps room for what will be
 * drawn, so that nothing below it moves.
 */
export function responsive(draw: (width: number) => Element, {height}: {height?: number} = {}): HTMLElement {
  const box = html`<div class="plot"></div>`;
  if (height !== undefined) box.style.minHeight = `${height + BUTTONS}px`;
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
