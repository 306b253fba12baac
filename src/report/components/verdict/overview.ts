import {html} from "htl";
import {scoreName} from "../../../evals/decisions/scoreScale.js";
import type {RunView} from "../../site/types.js";
import {linkTo} from "../address/address.js";
import {code, type PageContent, facts, hash, nothing, section} from "../text/elements.js";
import {countText, pluralText, time} from "../text/format.js";
import {intervalPlot} from "./intervalPlot.js";
import {verdictCard} from "./verdictCard.js";
import {changes} from "./changes.js";
import {warnings} from "./warnings.js";

/** The first screen: the verdict, the candidates' intervals, what was compared, and what stands against it. */
export function overview(run: RunView | null): PageContent {
  if (!run) return nothing();
  const {summaries} = run.verdict;
  const alone = summaries.length < 2;
  const baseline = alone ? undefined : run.candidates.find((candidate) => candidate.baseline)?.name;
  return html`<div>
    ${verdictCard(run)}
    ${run.change ? html`<div class="beside">${warnings(run)} ${changes(run, run.change)}</div>` : warnings(run)}
    ${section(
      "How the candidates compare",
      summaries.every((summary) => summary.mean === undefined)
        ? html`<p>No row has a score, so there is nothing to draw. See why below.</p>`
        : [
            intervalPlot(run.verdict, {scorer: run.primaryScorer, baseline, run: run.id}),
            alone
              ? null
              : html`<p class="small">
                  Coloured: the best, and those not shown to be worse than
                  it.${baseline ? ` Dashed line: the baseline, ${baseline}.` : ""}
                </p>`
          ]
    )}
    ${section("What was compared", compared(run))} ${section("Look closer", nextPages())}
  </div>`;
}

function compared(run: RunView): HTMLElement {
  return facts([
    [
      "Data",
      html`<span
        >${run.dataset.name}, version ${hash(run.dataset.version)}, ${countText(run.dataset.rows)} rows</span
      >`
    ],
    [
      "Split",
      run.imported
        ? `none: all ${pluralText(run.rows, "row")} of the files`
        : `${run.split.name} (${run.split.strategy}), ${run.split.part} part, ${pluralText(run.rows, "row")}`
    ],
    [
      "Scored by",
      run.scorers
        .map(({name, figure}) => (name === run.primaryScorer ? `${scoreName(name, figure)} (decides)` : name))
        .join(", ")
    ],
    ["Repeats", run.repeats > 1 ? `${run.repeats} completions a row, averaged` : undefined],
    ["Sealed", `${time(run.sealedAt)} UTC`],
    ["Before it", run.change ? undefined : "no complete run of this eval on this split to compare with"],
    [
      "Run again",
      html`<span
        >${code(`npx ${run.command}`)}, or see
        <a href=${`./runs.html?run=${encodeURIComponent(run.id)}`}>all that made its numbers</a></span
      >`
    ]
  ]);
}

/** The pages of the navigation that state what they are about. */
function nextPages(): HTMLElement {
  const links = [...document.querySelectorAll<HTMLAnchorElement>("#observablehq-header nav a[data-about]")];
  return html`<ul class="cards">
    ${links.map(
      (link) =>
        html`<li>
          <a href=${linkTo(link.href)} data-keep-run>${link.textContent}</a><span>${link.dataset.about}</span>
        </li>`
    )}
  </ul>`;
}
