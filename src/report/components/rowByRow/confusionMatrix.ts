import {html} from "htl";
import {classificationReport, classIntervals, confusion, type Confusion} from "../../../base/stats/index.js";
import {classList} from "./classList.js";
import {confusionFigure} from "./confusionFigure.js";
import {rowsLink} from "../address/rowLink.js";
import {confusedRows, confusionText} from "./confusionText.js";
import {furtherSection, type PageContent, nothing, section} from "../text/elements.js";
import {figureNotes} from "../notes/figureNotes.js";
import {countText, pluralText, percentText} from "../text/format.js";
import {largestConfusions} from "./largestConfusions.js";
import {frequent, labelText, OTHER} from "../rows/otherAnswers.js";
import {figureFoot, type Provenance} from "../notes/made.js";
import {folded} from "../inputs/inputs.js";
import {type RunRows, rowsIn, type Slice} from "../rows/runRows.js";
import {tableButton} from "../notes/saving.js";
import {classesQuery, confusionQuery, confusionsQuery} from "../rows/scoreQueries.js";

/** More classes than this are drawn, not written in a table. */
const MOST_WRITTEN = 12;
/** What a candidate answered where each label was expected, and every class's figures; a sentence when the answers are no classes. */
export function confusionMatrix(
  rows: RunRows | null,
  candidate: string | undefined,
  slice: Slice | undefined
): PageContent {
  if (!rows || !candidate) return nothing();
  const title = `What ${candidate} answered`;
  const matrixTitle = `Answers of ${candidate} by class`;
  // Asked first: a matrix of ten thousand texts has a hundred million cells.
  if (!rows.classes)
    return section(
      title,
      html`<p>The rows expect free text, numbers or nothing, which makes no table of classes.</p>`
    );
  const chosen = rowsIn(rows, slice);
  const expected = chosen.map((row) => rows.text("expected", row));
  const answers = chosen.map((row) => rows.text(`answer:${candidate}`, row));
  const wanted = [...new Set(expected.filter((label) => label !== undefined))].sort();
  const known = new Set(wanted);
  const matrix = confusion(expected, frequent(answers, known), wanted);
  if (matrix.n === 0) return section(title, html`<p>It gave no answer that can be shown on these rows.</p>`);
  // For a row without an answer, it is unknown here whether it failed or its answer is not published.
  const answered = chosen.map((_, i) => i).filter((i) => answers[i] !== undefined);
  const truth = answered.map((i) => expected[i]);
  const given = answered.map((i) => (known.has(answers[i]!) ? answers[i] : OTHER));
  const report = classificationReport(truth, given, {labels: wanted});
  if (!report) return nothing();
  const clusters = rows.clustered ? answered.map((i) => rows.text("cluster", chosen[i]!)) : undefined;
  const intervals = classIntervals(truth, given, {clusters});
  const n = `${pluralText(matrix.n, "row")} with an answer`;
  const made: Provenance = {
    what: `Rows by the class that was expected and the answer of ${candidate}.`,
    n,
    term: "class-figures",
    sql: confusionQuery(candidate, slice),
    run: rows.run
  };
  const ofClasses: Provenance = {
    ...made,
    what: `Precision, recall and F1 of ${candidate} for every class.`,
    sql: classesQuery(candidate, slice),
    engine: "classIntervals of assay/stats makes the intervals"
  };
  return html`<div>
    ${section(
      title,
      html`<p class="small">
        ${n}. Macro F1 ${percentText(report.macroF1)}, accuracy ${percentText(report.accuracy)}.
        ${rows.repeats > 1 ? `Of the ${rows.repeats} repeats the first is counted.` : ""}
      </p>`,
      largestConfusions(matrix, candidate, {
        ...made,
        what: `The wrong answers of ${candidate} that are given most often.`,
        sql: confusionsQuery(candidate, slice)
      }),
      folded(
        "Every class by every answer",
        wanted.length <= MOST_WRITTEN
          ? written(matrixTitle, matrix, {classes: wanted.length, candidate, made})
          : confusionFigure(matrixTitle, matrix, {classes: wanted.length, candidate, made})
      )
    )}
    ${furtherSection("Class by class", classList(report.classes, candidate, {intervals, clustered: rows.clustered, made: ofClasses}))}
  </div>`;
}

function written(
  title: string,
  matrix: Confusion,
  {classes, candidate, made}: {classes: number; candidate: string; made: Provenance}
): HTMLElement {
  const {labels, counts} = matrix;
  const table = html`<div class="scroll" role="region" aria-label=${title} tabindex="0">
    <table class="confusion">
      <caption class="hidden">
        Rows by expected and answered label
      </caption>
      <thead>
        <tr>
          <td></td>
          <th scope="colgroup" colspan=${labels.length}>answered</th>
        </tr>
        <tr>
          <th scope="col">expected</th>
          ${labels.map((label) => html`<th scope="col" class="number">${labelText(label)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${labels.slice(0, classes).map((label, i) => {
          const total = counts[i]!.reduce((sum, value) => sum + value, 0);
          return html`<tr>
            <th scope="row">${labelText(label)}</th>
            ${counts[i]!.map((value, j) => confusionCell(value, total, {right: i === j, note: confusionText(matrix, i, j), rows: confusedRows(matrix, {i, j, candidate})}))}
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
  const drawn = table.querySelector("table")!;
  figureNotes(table, drawn);
  return html`<div class="framed">${table}${figureFoot(made, tableButton(drawn, title))}</div>`;
}

function confusionCell(
  value: number,
  total: number,
  {right, note, rows}: {right: boolean; note: string; rows: Record<string, string> | undefined}
): HTMLElement {
  const strength = total > 0 ? value / total : 0;
  const color = right ? "var(--good)" : "var(--bad)";
  const background =
    value > 0
      ? `background: color-mix(in srgb, ${color} ${Math.round(6 + 24 * strength)}%, transparent)`
      : undefined;
  return html`<td class=${value === 0 ? "number zero" : "number"} style=${background} data-note=${note}>
    ${rows ? rowsLink(countText(value), rows) : countText(value)}
  </td>`;
}
