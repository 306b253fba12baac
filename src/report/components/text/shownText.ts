import {html} from "htl";
import type {ShownText} from "../../site/detailTypes.js";
import type {PageContent} from "./elements.js";

/** A text as far as it is published. */
export function publishedText({text: shown, cut}: ShownText): PageContent {
  return [shown, cut ? html`<small> … cut</small>` : null];
}

/** Text that scrolls is reached by keyboard. */
const LONG = {characters: 1000, lines: 12};

/** Text whose white space counts. */
export function said(content: PageContent): HTMLElement {
  const node = html`<div class="said">${content}</div>`;
  const words = node.textContent!;
  if (words.length > LONG.characters || words.split("\n").length > LONG.lines) node.tabIndex = 0;
  return node;
}
