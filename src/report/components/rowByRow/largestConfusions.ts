import {html} from "htl";
import type {Confusion} from "../../../base/stats/index.js";
import {rowsLink} from "../address/rowLink.js";
import {confusedRows, rowsOfClass} from "./confusionText.js";
import {dataTable} from "../tables/dataTable.js";
import {countText, percentText} from "../text/format.js";
import type {Provenance} from "../notes/made.js";
import {labelText, OTHER} from "../rows/otherAnswers.js";

const MOST = 8;

interface Confused {
  choices: Record<string, string> | undefined;
  expected: string;
  answered: string;
  rows: number;
  share: number;
}

/**
 * The wrong answers that a candidate gives most often: what a matrix is looked through for. Rare answers that are no class stand in
 * the matrix alone.
 */
export function largestConfusions(matrix: Confusion, candidate: string, made: Provenance): HTMLElement {
  const {labels, counts} = matrix;
  const all = counts.flatMap((line, i) =>
    line.flatMap((rows, j): Confused[] =>
      i === j || rows === 0 || labels[j] === OTHER
        ? []
        : [
            {
              choices: confusedRows(matrix, {i, j, candidate}),
              expected: labelText(labels[i]!),
              answered: labelText(labels[j]!),
              rows,
              share: rows / rowsOfClass(matrix, i)
            }
          ]
    )
  );
  if (all.length === 0) return html`<p>It confused no two classes.</p>`;
  const found = all.sort((a, b) => b.rows - a.rows || b.share - a.share).slice(0, MOST);
  return dataTable(
    found,
    [
      {name: "Expected", heading: true, value: ({expected}) => expected},
      {name: "Answered", value: ({answered}) => answered},
      {
        name: "Rows",
        numeric: true,
        value: ({rows, choices}) => (choices ? rowsLink(countText(rows), choices) : countText(rows))
      },
      {name: "Of the class", numeric: true, value: (one) => percentText(one.share)}
    ],
    {caption: `Largest confusions of ${candidate}`, made}
  );
}
