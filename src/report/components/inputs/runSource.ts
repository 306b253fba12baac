import {html} from "htl";
import type {RunView} from "../../site/types.js";
import {pluralText, time} from "../text/format.js";

/** Where the numbers on a page come from, in one line that leads to all of it. */
export function runSource({id, dataset, split, rows, sealedAt, imported}: RunView): HTMLElement {
  return html`<small class="source"
    >From run <a href=${`./runs?run=${encodeURIComponent(id)}`}>${id}</a> · ${dataset.name}
    ${dataset.version.slice(0, 12)} · ${imported ? "" : `${split.part} part, `}${pluralText(rows, "row")} ·
    ${time(sealedAt).slice(0, 10)}</small
  >`;
}
