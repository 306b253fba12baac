import {memberOf} from "../../../base/validation/memberOf.js";
import {minIndex} from "d3";
import {html, svg} from "htl";
import {pluralText} from "../text/format.js";
import {openMade} from "../notes/made.js";
import {keepPlaced, placeNote} from "../notes/placeNote.js";

/** A value of a figure: where it is drawn, in the picture's units, and what is said of it, in lines. */
export interface ReadableStop {
  x: number;
  y: number;
  text: string;
  /** Where a click or Enter leads. */
  href?: string;
}

/** How far from a value a pointer is still at it, in the picture's units. */
const NEAR = 60;
/** In a figure of lines below each other a pointer is at a line wherever it stands along it. */
const ALONG = 0.02;

const STEPS: Readonly<Record<string, number>> = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1};

/**
 * Lets a reader meet the values of a figure one by one: by pointer, or by the arrow keys when it has the focus. A note tells of
 * each, read aloud where keys led to it. Enter goes where a value leads, or opens how the figure is made; Escape closes the note.
 */
export function walkable(
  figure: Element,
  stops: readonly ReadableStop[],
  {inLines = false}: {inLines?: boolean} = {}
): HTMLElement {
  const picture = (figure.matches("svg") ? figure : figure.querySelector("svg")!) as SVGSVGElement;
  const spoken = html`<p class="hidden" role="status"></p>`;
  const note = html`<p class="figure-note" aria-hidden="true"></p>`;
  const ring = svg`<circle class="ring" r="9" fill="none" stroke="var(--text)" stroke-width="1.5"></circle>`;
  const label = `${picture.getAttribute("aria-label")}. Arrow keys walk through ${pluralText(stops.length, "value")}, Enter says how it is made.`;
  const box = html`<div class="walk" role="application" tabindex="0" aria-label=${label}>
    ${figure}${spoken}
  </div>`;
  let shown: number | undefined;
  let letGo: () => void = () => undefined;
  const show = (at: number | undefined, aloud = false) => {
    if (at === shown) return;
    shown = at;
    letGo();
    ring.remove();
    if (at === undefined) return note.remove();
    const {x, y, text} = stops[at]!;
    ring.setAttribute("cx", String(x));
    ring.setAttribute("cy", String(y));
    picture.append(ring);
    note.textContent = text;
    box.append(note);
    placeNote(note, ring.getBoundingClientRect());
    letGo = keepPlaced(note, ring, () => show(undefined));
    if (aloud) spoken.textContent = `${text.replaceAll("\n", ", ")}; ${at + 1} of ${stops.length}`;
  };
  const at = ({clientX, clientY}: PointerEvent) => {
    const {left, top, width} = picture.getBoundingClientRect();
    const scale = Number(picture.getAttribute("width")) / width;
    const far = ({x, y}: ReadableStop) =>
      Math.hypot((x - (clientX - left) * scale) * (inLines ? ALONG : 1), y - (clientY - top) * scale);
    const nearest = minIndex(stops, far);
    return far(stops[nearest]!) > NEAR ? undefined : nearest;
  };
  for (const type of ["pointermove", "pointerdown"] as const)
    box.addEventListener(type, (event) => show(at(event)));
  box.addEventListener("click", (event) => {
    const {pointerType} = event as PointerEvent;
    // A touch shows the note, a click follows.
    const stop = pointerType === "touch" ? undefined : stops[at(event as PointerEvent) ?? -1];
    if (stop?.href !== undefined) location.href = stop.href;
  });
  box.addEventListener("pointerleave", ({pointerType}) => {
    // A finger that is lifted leaves too: its note stays until something else is touched.
    if (pointerType !== "touch") show(undefined);
  });
  box.addEventListener("focus", () => {
    if (box.matches(":focus-visible")) show(shown ?? 0, true);
  });
  box.addEventListener("blur", () => show(undefined));
  box.addEventListener("keydown", (event) => {
    const last = stops.length - 1;
    const step = memberOf(STEPS, event.key);
    if (step !== undefined) show(shown === undefined ? 0 : Math.min(last, Math.max(0, shown + step)), true);
    else if (event.key === "Home") show(0, true);
    else if (event.key === "End") show(last, true);
    else if (event.key === "Escape") show(undefined);
    else if (event.key !== "Enter") return;
    else if (stops[shown ?? -1]?.href !== undefined) location.href = stops[shown!]!.href!;
    else if (!openMade(box)) return;
    event.preventDefault();
  });
  return box;
}
