import {svg} from "htl";
import {shortenedToWidth} from "../text/shortened.js";

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
