import {html} from "htl";
import type {ShownText} from "../../site/detailTypes.js";
import {type PageContent, badge} from "./elements.js";
import type {ScoreFormat} from "./format.js";

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

/** A score as a mark: of proportions right and wrong for 1 and 0, the score itself between them and of other scores. */
export function scoreBadge(score: number | undefined, format: ScoreFormat): HTMLElement {
  if (score === undefined) return badge("no score", "open");
  const isProportion = format.unit === "percent";
  if (isProportion && score === 1) return badge("right", "good");
  if (isProportion && score === 0) return badge("wrong", "bad");
  return badge(format.score(score));
}
