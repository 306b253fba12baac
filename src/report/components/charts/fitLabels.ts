import {svg} from "htl";
import {shortenedToWidth} from "../text/shortened.js";
/** Least room between two labels, in pixels. */
const GAP = 6;

/**
 * Labels of the ticks of a drawn plot's x axes that can be read at its width: one that would touch the label before it is left out,
 * and one that would stand half outside the picture is moved inwards.
 */
export function fitTicks(picture: Element): void {
  for (const axis of picture.querySelectorAll(".x-ticks")) {
    const frame = axis.closest("svg")!.getBoundingClientRect();
    const labels = [...axis.querySelectorAll<SVGTextElement>("text")];
    const byPlace = labels
      .map((label) => ({label, box: label.getBoundingClientRect()}))
      .sort((a, b) => a.box.left - b.box.left);
    let end = -Infinity;
    for (const {label, box} of byPlace) {
      const moved = Math.max(0, frame.left - box.left) - Math.max(0, box.right - frame.right);
      if (box.left + moved < end + GAP) {
        label.remove();
        continue;
      }
      if (moved !== 0) label.setAttribute("dx", String(moved));
      end = box.right + moved;
    }
  }
}

const EDGE = 2;

/** Shortens what a drawn plot's axes are called where it is wider than the picture, and moves it into the picture. */
export function fitAxisLabels(picture: Element): void {
  for (const label of picture.querySelectorAll<SVGTextElement>(".axis-label text")) {
    const frame = label.closest("svg")!.getBoundingClientRect();
    const whole = label.textContent!;
    if (label.getBoundingClientRect().width > frame.width) {
      label.textContent = shortenedToWidth(whole, frame.width - 2 * EDGE);
      label.append(svg`<title>${whole}</title>`);
    }
    const {left, right} = label.getBoundingClientRect();
    const moved = Math.max(0, frame.left + EDGE - left) - Math.max(0, right - frame.right + EDGE);
    if (moved !== 0) label.setAttribute("dx", String(moved));
  }
}
