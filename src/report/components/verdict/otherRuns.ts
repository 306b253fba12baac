import {html} from "htl";
import {splitText} from "../../../evals/decisions/points.js";
import type {RunView, VerdictsData} from "../../site/types.js";
import {code, details, type PageContent, nothing} from "../text/elements.js";
import {verdictBadge} from "./verdictCard.js";

/** The other evals and splits of the report, each with what it says to do: one click away. */
export function otherRuns({runs}: VerdictsData, shown: RunView | null): PageContent {
  const others = runs.filter(({id}) => id !== shown?.id);
  if (!shown || others.length === 0) return nothing();
  return html`<section class="part" aria-label="Other evals and splits">
    ${details(
      `Other evals and splits: ${others.length}`,
      html`<ul class="cards">
        ${others.map(
          (run) =>
            html`<li>
              <a href=${`./?run=${encodeURIComponent(run.id)}`}>${run.title}, ${splitText(run.split)}</a>
              <span>${verdictBadge(run.verdict)} ${code(run.eval)} ${run.verdict.action}</span>
            </li>`
        )}
      </ul>`
    )}
  </section>`;
}
