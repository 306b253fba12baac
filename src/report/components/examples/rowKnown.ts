import {html} from "htl";
import type {RowDetail} from "../../site/detailTypes.js";
import {type Content, nothing, section} from "../text/elements.js";
import {similarityText} from "../text/format.js";
import {said, text} from "../text/shownText.js";

/** The training rows that make a candidate's answer to it look better than it is. */
export function knownFromTraining({training = []}: RowDetail): Content {
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
            ${row}${similarity === undefined ? "" : `, similarity ${similarityText(similarity)}`}</span
          >
          ${said(found ? text(found) : html`<em>The text is not published.</em>`)}
        </div>`
    )
  );
}
