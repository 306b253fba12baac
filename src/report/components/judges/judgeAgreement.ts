import {html} from "htl";
import type {ScorerView} from "../../site/types.js";
import {code, type PageContent} from "../text/elements.js";
import {countText, formatFor, pluralText, percentText} from "../text/format.js";
import type {Agreement} from "./judgeFigures.js";
import type {JudgeQueries} from "./judgeQueries.js";
import {figureNotes} from "../notes/figureNotes.js";
import {figureFoot} from "../notes/made.js";
import {tableButton} from "../notes/saving.js";

const points = formatFor([]);

/** Where judge and people agree, and who is more generous; without labels, how to get some. */
export function agreementWithPeople(
  found: Agreement | undefined,
  human: ScorerView | undefined,
  queries: JudgeQueries
): PageContent {
  if (!found)
    return [
      html`<p>
        ${human ? `No answer in these rows has both a label by ${human.name} and a score by the judge.` : "This eval has no labels by people."}
      </p>`,
      html`<p class="small">
        Let people score a random sample of the answers, without seeing the judge's word, and add
        ${code('people: humanLabels("evals/labels.jsonl")')} to the eval's scorers.
      </p>`
    ];
  const {bias, n} = found;
  return [
    found.table ? agreementTable(found.table, n, queries) : null,
    bias
      ? html`<p>
          Judge minus people: ${points.difference(bias.estimate)} points
          (${points.differences(bias.low, bias.high)}) on ${pluralText(n, "answer")}.
        </p>`
      : null,
    html`<p class="small">
      Intervals at 95%; answers to one row count as related. Kappa is 0 when judge and people agree as often
      as chance would have it, and 1 when always. Alpha counts how far apart two scores are, 1 is perfect. Few
      answers that all agree leave both intervals wide.
    </p>`
  ];
}

function agreementTable(
  {scores, counts}: NonNullable<Agreement["table"]>,
  n: number,
  {agreement, run}: JudgeQueries
): HTMLElement {
  // Grades are written as they were given: percent is for their means.
  const name = (value: number) => formatFor([undefined, 2]).score(value);
  const table = html`<div
    class="scroll"
    role="region"
    aria-label="Scores by people and by the judge"
    tabindex="0"
  >
    <table class="confusion narrow">
      <caption class="hidden">
        Answers by people's score and by the judge's
      </caption>
      <thead>
        <tr>
          <td></td>
          <th scope="colgroup" colspan=${scores.length}>judge</th>
          <td></td>
        </tr>
        <tr>
          <th scope="col">people</th>
          ${scores.map((value) => html`<th scope="col" class="number">${name(value)}</th>`)}
          <th scope="col" class="number">answers</th>
        </tr>
      </thead>
      <tbody>
        ${counts.map((line, i) => {
          const total = line.reduce((sum, value) => sum + value, 0);
          return html`<tr>
            <th scope="row">${name(scores[i]!)}</th>
            ${line.map(
              (value, j) =>
                html`<td
                  class=${value === 0 ? "number zero" : "number"}
                  style=${shade(value / n, i === j)}
                  data-note=${`People ${name(scores[i]!)}, judge ${name(scores[j]!)}: ${countText(value)} of ${pluralText(n, "answer")} (${percentText(value / n)}).`}
                >
                  ${countText(value)}
                </td>`
            )}
            <td class="number">${countText(total)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
  const made = {
    what: "Answers by the score that people gave and the score that the judge gave.",
    n: `${pluralText(n, "answer")} with a score by both`,
    term: "agreement" as const,
    sql: agreement,
    run
  };
  const drawn = table.querySelector("table")!;
  figureNotes(table, drawn);
  return html`<div class="framed">
    ${table}${figureFoot(made, tableButton(drawn, "Answers by the score of people and of the judge"))}
  </div>`;
}

function shade(strength: number, same: boolean): string | undefined {
  if (!(strength > 0)) return undefined;
  return `background: color-mix(in srgb, var(${same ? "--accent" : "--worse"}) ${Math.round(6 + 40 * strength)}%, transparent)`;
}
