import {html} from "htl";
import type {RunView} from "../site/types.js";
import {count, time} from "./format.js";

/** Where the numbers on a page come from, in one line that leads to all of it. */
export function runSource({id, dataset, split, rows, sealedAt}: RunView): HTMLElement {
  return html`<small class="source"
    >From run <a href=${`./runs?run=${encodeURIComponent(id)}`}>${id}</a> · ${dataset.name}
    ${dataset.version.slice(0, 12)} · ${split.part} part, ${count(rows)} rows ·
    ${time(sealedAt).slice(0, 10)}</small
  >`;
}
