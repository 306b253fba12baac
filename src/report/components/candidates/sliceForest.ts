import {html} from "htl";
import type {SliceCell, SliceRow, SliceTable} from "../../../evals/decisions/sliceTable.js";
import {dataTable} from "../tables/dataTable.js";
import {type PageContent, details} from "../text/elements.js";
import {standingOf} from "../../../evals/decisions/standing.js";
import {valueName} from "../../../evals/decisions/valueName.js";
import {type ForestLine, forestPlot, standingLegend, standingMark} from "../charts/forestPlot.js";
import type {Provenance} from "../notes/made.js";
import {countText, pluralText, pValue, type ScoreFormat} from "../text/format.js";

export interface SliceForestOptions {
  reference: string;
  format: ScoreFormat;
  margin: number;
  alpha: number;
  /** Without the candidate that is chosen. */
  made: (candidate: string) => Provenance;
}

interface SliceLine {
  row: SliceRow;
  cell: SliceCell;
  base: SliceCell;
}

/** A candidate minus the reference in every slice, with the numbers shrunk towards what all slices say together. */
export function sliceForest(table: SliceTable, candidate: string, options: SliceForestOptions): HTMLElement {
  const {reference, format, margin, alpha, made} = options;
  const all = table.rows.flatMap((row): SliceLine[] => {
    const cell = row.cells.find((one) => one.candidate === candidate);
    const base = row.cells.find((one) => one.candidate === reference);
    return cell && base ? [{row, cell, base}] : [];
  });
  const lines = all.flatMap((one) => lineOf(one) ?? []);
  const drawn: PageContent =
    lines.length === 0
      ? html`<p>No slice has enough rows that both were scored on.</p>`
      : [
          forestPlot(lines, {
            label: `${candidate} minus ${reference} in ${pluralText(lines.length, "slice")}`,
            axis: `${candidate} minus ${reference}`,
            format,
            margin,
            alpha,
            made: made(candidate)
          }),
          standingLegend(lines, {margin, alpha})
        ];
  return html`<div>
    ${drawn}${details("Table, with estimates shrunk towards the mean over slices", numbers(all, candidate, options))}
  </div>`;
}

function lineOf({row, cell: {difference}}: SliceLine): ForestLine | undefined {
  if (!difference) return undefined;
  const {estimate, low, high, adjustedP, rows} = difference;
  return {
    label: `${row.slice} ${valueName(row.value)}, n ${countText(rows)}`,
    rows,
    difference: estimate,
    low,
    high,
    adjustedP
  };
}

function numbers(
  lines: readonly SliceLine[],
  candidate: string,
  {reference, format, margin, alpha, made}: SliceForestOptions
): HTMLElement {
  return dataTable(
    lines,
    [
      {name: "Slice", heading: true, value: ({row}) => `${row.slice} ${valueName(row.value)}`},
      {name: "Rows both have", numeric: true, value: ({cell}) => countText(cell.difference?.rows ?? 0)},
      {name: reference, numeric: true, value: ({base}) => format.score(base.mean)},
      {name: candidate, numeric: true, value: ({cell}) => format.score(cell.mean)},
      {
        name: `Difference, ${format.differenceUnit}`,
        numeric: true,
        value: ({cell}) => format.difference(cell.difference?.estimate)
      },
      {
        name: "Interval",
        numeric: true,
        value: ({cell}) => format.differences(cell.difference?.low, cell.difference?.high)
      },
      {
        name: "Shrunk",
        numeric: true,
        value: ({cell}) => format.difference(cell.difference?.shrunk?.estimate)
      },
      {name: "p, Holm", numeric: true, value: ({cell}) => pValue(cell.difference?.adjustedP)},
      {
        name: "Result",
        value: (line) => {
          const drawn = lineOf(line);
          return drawn ? standingMark(standingOf(drawn, margin, alpha)) : "–";
        }
      }
    ],
    {caption: `${candidate} against ${reference} by slice`, made: made(candidate)}
  );
}
