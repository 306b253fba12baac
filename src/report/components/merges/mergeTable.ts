import {html} from "htl";
import {standingOf} from "../../../evals/decisions/standing.js";
import type {Comparison} from "../../../evals/decisions/types.js";
import type {RunView} from "../../site/types.js";
import {type GroupedColumn, dataTable} from "../tables/dataTable.js";
import type {PageContent} from "../text/elements.js";
import {standingMark} from "../charts/forestPlot.js";
import {pluralText, scoreFormatOf} from "../text/format.js";
import type {Provenance} from "../notes/made.js";
import {meanTitle} from "../text/names.js";
import {differencesQuery} from "../rows/scoreQueries.js";
import type {MergeLine} from "./mergeRivals.js";

/** Every merge of a run beside what it has to beat: whether merging paid, at a glance. */
export function mergeTable(lines: readonly MergeLine[], run: RunView): HTMLElement {
  const {margin, alpha} = run.verdict;
  const format = scoreFormatOf(run.verdict);
  const level = `${Math.round(100 * (1 - alpha))}% CI`;
  const against = (
    name: string,
    pairOf: (line: MergeLine) => Comparison | undefined
  ): GroupedColumn<MergeLine> => ({
    name: `Δ vs ${name} (${level})`,
    numeric: true,
    value: (line): PageContent => {
      const pair = pairOf(line);
      if (!pair) return html`<span>–<small>no candidate</small></span>`;
      return html`<span
        >${format.difference(pair.difference)} (${format.differences(pair.low, pair.high)})<small
          >${pair.b} ${standingMark(standingOf(pair, margin, alpha))}</small
        ></span
      >`;
    }
  });
  return html`<div>
    ${dataTable(
      lines,
      [
        {
          name: "Merge",
          heading: true,
          value: ({candidate, model}) =>
            html`<span>${candidate}<small>${model.recipe?.method ?? "method not recorded"}</small></span>`
        },
        {
          name:
            run.verdict.figure === undefined ? `Mean ${run.primaryScorer}` : meanTitle(run.verdict.figure),
          numeric: true,
          value: ({mean, low, high}) => [
            format.score(mean),
            html`<small>${format.interval(low, high)}</small>`
          ]
        },
        against("base", ({base}) => base),
        against("best parent", ({parent}) => parent),
        against("best non-merge", ({other}) => other)
      ],
      {
        caption: "Merges beside their base, best parent and best rival, the best merge first",
        cards: true,
        made: mergesProvenance(run)
      }
    )}
    <p class="small">
      Differences are merge minus the other, in ${format.differenceUnit}, on the rows both have. The marks are
      corrected (Holm) for all differences of the table; a tie lies within
      ±${format.difference(margin).replace("+", "")}. The best of several parents is chosen by its mean on the
      same rows, which makes it look a little better than it is.
    </p>
  </div>`;
}

function mergesProvenance({id, rows, primaryScorer: scorer, verdict}: RunView): Provenance {
  return {
    what: "Each merge's mean, and its difference from its base, its best parent and the best candidate that is no merge.",
    n: pluralText(rows, "row"),
    term: "merge",
    sql: differencesQuery({scorer}, verdict.best ?? ""),
    engine:
      "put another candidate in the place of the best to compare it; pairedDifference of assay/stats makes the intervals, holm corrects the p values",
    figure: verdict.figure,
    run: id
  };
}
