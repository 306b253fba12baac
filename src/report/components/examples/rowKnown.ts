import {html} from "htl";
import type {RowDetail} from "../../site/detailTypes.js";
import {type PageContent, nothing, section} from "../text/elements.js";
import {shortRowName} from "../text/names.js";
import {similarityText} from "../text/format.js";
import {said, publishedText} from "../text/shownText.js";

/** The training rows that make a candidate's answer to it look better than it is. */
export function knownRows({training = []}: RowDetail): PageContent {
  if (training.length === 0) return nothing();
  return section(
    "Known from training",
    html`<p>
      A candidate that was trained on the training part of this split may know this row: what it scores here
      may be memory.
    </p>`,
    training.map(
      ({measure, row, similarity, text: found}) =>
        html`<div class="message">
          <span class="role"
            >${measure}: training row
            ${shortRowName(row)}${similarity === undefined ? "" : `, similarity ${similarityText(similarity)}`}</span
          >
          ${said(found ? publishedText(found) : html`<em>The text is not published.</em>`)}
        </div>`
    )
  );
}
