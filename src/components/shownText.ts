import {html} from "htl";
import type {ShownText} from "../site/detailTypes.js";
import type {Content} from "./elements.js";

/** A text as far as it is published. */
export function text({text: shown, cut}: ShownText): Content {
  return [shown, cut ? html`<small> … cut</small>` : null];
}

/** Text whose white space counts. */
export function said(content: Content): HTMLElement {
  return html`<div class="said">${content}</div>`;
}
