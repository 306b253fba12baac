import {html} from "htl";
import {definitionOf} from "./definitions.js";
import {type PageContent, freshId} from "../text/elements.js";
import {placeNote} from "./placeNote.js";

export interface Tile {
  label: string;
  value: PageContent;
  note?: PageContent;
  /** The name by which the figure is defined, where the label is another one. */
  means?: string;
}

/** Figures side by side: a label, a value and a line of small print each. A label shows its definition where it has one. */
export function tiles(all: readonly Tile[]): HTMLElement {
  return html`<dl class="tiles">
    ${all.map(({label, value, note, means = label}) => {
      const definition = definitionOf(means);
      return html`<div>
        <dt>${definition === undefined ? label : defined(label, definition)}</dt>
        <dd>${[value].flat(Infinity as 1)}${note ? html`<small>${note}</small>` : null}</dd>
      </div>`;
    })}
  </dl>`;
}

/** A label with its definition: shown to a pointer, a finger and the focus, and read out as the label's description. */
function defined(label: string, definition: string): PageContent {
  const id = freshId("definition");
  const note = html`<span id=${id} class="figure-note" role="tooltip" hidden>${definition}</span>`;
  const button = html`<button type="button" class="term" aria-describedby=${id}>${label}</button>`;
  const show = () => {
    note.hidden = false;
    placeNote(note, button.getBoundingClientRect());
  };
  const hide = () => (note.hidden = true);
  for (const event of ["pointerenter", "focus", "click"]) button.addEventListener(event, show);
  for (const event of ["pointerleave", "blur"]) button.addEventListener(event, hide);
  button.addEventListener("keydown", ({key}) => key === "Escape" && hide());
  return [button, note];
}
