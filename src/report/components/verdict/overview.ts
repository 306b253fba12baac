import {html} from "htl";
import {representativeOf} from "../../../evals/decisions/representative.js";
import {scoreName} from "../../../evals/decisions/scoreScale.js";
import type {Verdict} from "../../../evals/decisions/types.js";
import type {RunView} from "../../site/types.js";
import {runRecord} from "../address/address.js";
import {code, details, type PageContent, facts, flat, hash, nothing} from "../text/elements.js";
import {countText, pluralText, time} from "../text/format.js";
import {changes} from "./changes.js";
import {intervalPlot} from "./intervalPlot.js";
import {verdictCard} from "./verdictCard.js";
import {warnings} from "./warnings.js";

/** The first screen: the verdict, the candidates' intervals, what was compared, and what stands against it. */
export function overview(run: RunView | null): PageContent {
  if (!run) return nothing();
  const {summaries} = run.verdict;
  const alone = summaries.length < 2;
  const baseline = alone ? undefined : run.candidates.find((candidate) => candidate.baseline)?.name;
  return html`<div>
    ${verdictCard(
      run,
      summaries.every((summary) => summary.mean === undefined)
        ? html`<p>No row has a score, so there is nothing to draw. See why below.</p>`
        : html`<div>
            <h3>${leadText(run.verdict) ?? "Its score"}</h3>
            ${flat(intervalPlot(run.verdict, {scorer: run.primaryScorer, baseline, run: run.id}))}
            ${
              alone
                ? null
                : html`<p class="small">
                    Coloured: may be the best.${baseline ? " Dashed: the baseline." : ""}
                  </p>`
            }
          </div>`
    )}
    ${run.change ? html`<div class="beside">${warnings(run)} ${changes(run, run.change)}</div>` : warnings(run)}
    <section class="part" aria-label="What was compared">
      ${details("What was compared", compared(run))}
    </section>
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
        <a href=${runRecord(run.id)}>all that made its numbers</a></span
      >`
    ]
  ]);
}

/** Who may be the best, in a few words; the same weights count once. Undefined where there is nobody to compare. */
export function leadText({set, summaries, sameWeights = []}: Verdict): string | undefined {
  const distinct = (names: readonly string[]) => [
    ...new Set(names.map((name) => representativeOf(name, names, sameWeights)))
  ];
  const all = distinct(summaries.map(({candidate}) => candidate));
  if (all.length < 2) return undefined;
  const lead = distinct(set);
  if (lead.length > 1) return `${lead.length} of ${all.length} may be the best`;
  return `${lead[0] ?? all[0]!} leads ${pluralText(all.length - 1, "other")}`;
}
