import {html} from "htl";
import {classificationReport, confusion} from "../stats/index.js";
import {type Content, nothing, section} from "./elements.js";
import {count, plural, share} from "./format.js";
import {type RunRows, rowsIn, type Slice} from "./runRows.js";

/** More labels than this are no classes but free text. */
const MOST = 40;

/** What a candidate answered where each label was expected; a sentence when the answers are no classes. */
export function confusionMatrix(
  rows: RunRows | null,
  candidate: string | undefined,
  slice: Slice | undefined
): Content {
  if (!rows || !candidate) return nothing();
  const title = `What ${candidate} answered`;
  const chosen = rowsIn(rows, slice);
  const expected = chosen.map((row) => rows.text("expected", row));
  const answers = chosen.map((row) => rows.text(`answer:${candidate}`, row));
  const wanted = [...new Set(expected.filter((label) => label !== undefined))].sort();
  const {labels, counts, n} = confusion(expected, answers, wanted);
  if (n === 0) return section(title, html`<p>It gave no answer that can be shown on these rows.</p>`);
  if (wanted.length > MOST)
    return section(
      title,
      html`<p>
        The rows expect ${plural(wanted.length, "different answer")}, too many for a table of classes.
      </p>`
    );
  const shown = keepFrequent(labels, counts, wanted.length);
  // Of a row without an answer it cannot be told here whether it failed or its answer is not published.
  const answered = chosen.map((_, i) => i).filter((i) => answers[i] !== undefined);
  const report = classificationReport(
    answered.map((i) => expected[i]),
    answered.map((i) => answers[i]),
    {labels: wanted}
  );
  const figures = new Map(report?.classes.map((one) => [one.label, one]));
  return section(
    title,
    html`<div class="scroll" role="region" aria-label=${title} tabindex="0">
      <table class="confusion">
        <caption class="hidden">
          Rows by expected and answered label
        </caption>
        <thead>
          <tr>
            <td></td>
            <th scope="colgroup" colspan=${shown.length}>answered</th>
            <td></td>
          </tr>
          <tr>
            <th scope="col">expected</th>
            ${shown.map((j) => html`<th scope="col" class="number">${labels[j]}</th>`)}
            <th scope="col" class="number">recall</th>
          </tr>
        </thead>
        <tbody>
          ${wanted.map((label, i) => {
            const line = counts[i]!;
            const total = line.reduce((sum, value) => sum + value, 0);
            return html`<tr>
              <th scope="row">${label}</th>
              ${shown.map((j) => cell(line[j]!, total, i === j))}
              <td class="number">${share(figures.get(label)?.recall)}</td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>`,
    html`<p class="small">
      ${plural(n, "row")} with an
      answer.${
        report ? ` Macro F1 ${share(report.macroF1)}.` : ""
      }${shown.length < labels.length ? ` ${count(labels.length - shown.length)} rare answers that no row expects are left out.` : ""}
    </p>`
  );
}

/** Expected labels and the ten answers outside of them that are most frequent. */
function keepFrequent(labels: readonly string[], counts: readonly number[][], wanted: number): number[] {
  const times = labels.map((_, j) => counts.reduce((sum, line) => sum + line[j]!, 0));
  const invented = labels.map((_, j) => j).slice(wanted);
  invented.sort((a, b) => times[b]! - times[a]!);
  return [...labels.map((_, j) => j).slice(0, wanted), ...invented.slice(0, 10)];
}

function cell(value: number, total: number, right: boolean): HTMLElement {
  const strength = total > 0 ? value / total : 0;
  const color = right ? "var(--good)" : "var(--bad)";
  const background =
    value > 0
      ? `background: color-mix(in srgb, ${color} ${Math.round(6 + 24 * strength)}%, transparent)`
      : undefined;
  return html`<td class=${value === 0 ? "number zero" : "number"} style=${background}>${count(value)}</td>`;
}
