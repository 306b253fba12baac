import {html} from "htl";
import {valueName} from "../../../evals/decisions/valueName.js";
import type {ClassFigures, ClassIntervals} from "../../../base/stats/index.js";
import {dataTable} from "../tables/dataTable.js";
import type {PageContent} from "../text/elements.js";
import {countText, formatFor, percentText} from "../text/format.js";
import type {Provenance} from "../notes/made.js";

/** Precision, recall and F1 of every class with their intervals: a table that its heads sort. The class with the lowest F1 comes first. */
export function classList(
  classes: readonly ClassFigures[],
  candidate: string,
  {
    intervals,
    clustered,
    made
  }: {intervals: ReadonlyMap<string, ClassIntervals>; clustered: boolean; made: Provenance}
): HTMLElement {
  const format = formatFor([]);
  const figure = (
    value: number | undefined,
    interval: {low: number; high: number} | undefined
  ): PageContent => [
    percentText(value),
    interval ? html`<small>${format.interval(interval.low, interval.high)}</small>` : null
  ];
  const sorted = [...classes].sort((a, b) => (a.f1 ?? 2) - (b.f1 ?? 2) || (a.label < b.label ? -1 : 1));
  return html`<div>
    ${dataTable(
      sorted,
      [
        {name: "Class", heading: true, value: ({label}) => valueName(label)},
        {name: "Expected", numeric: true, value: ({support}) => countText(support)},
        {name: "Answered", numeric: true, value: ({predicted}) => countText(predicted)},
        {
          name: "Precision",
          numeric: true,
          value: (one) => figure(one.precision, intervals.get(one.label)?.precision)
        },
        {
          name: "Recall",
          numeric: true,
          value: (one) => figure(one.recall, intervals.get(one.label)?.recall)
        },
        {
          name: "F1",
          numeric: true,
          value: (one) => figure(one.f1, intervals.get(one.label)?.f1)
        }
      ],
      {caption: `Classes of ${candidate}, the lowest F1 first`, made}
    )}
    <p class="small">
      Precision: of the rows answered with the class, the share that is of it. Recall: of the rows of the
      class, the share answered with it. F1 is their harmonic mean. Intervals at 95%,
      Wilson's${clustered ? ", with rows of one group counted as related; none where all rows of a class are in one group" : ""}.
    </p>
  </div>`;
}
