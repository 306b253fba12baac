import {html} from "htl";
import type {DistillationView, StudentView} from "../../site/types.js";
import {linkTo} from "../address/address.js";
import {rowLink} from "../address/rowLink.js";
import {dataTable} from "../tables/dataTable.js";
import type {PageContent} from "../text/elements.js";
import {rowName} from "../text/names.js";
import {countText, pluralText, type ScoreFormat} from "../text/format.js";
import {studentQuery} from "./distillationQueries.js";

/** The rows on which a student and the teacher have different scores, those first on which most is lost. */
export function studentRows(
  view: DistillationView,
  {name, differing, worst}: StudentView,
  {format, published}: {format: ScoreFormat; published: boolean}
): PageContent {
  const {id, teacher, cleanRows} = view;
  if (worst.length === 0)
    return html`<p>On all ${pluralText(cleanRows, "row")} ${name} has the score of ${teacher}.</p>`;
  return [
    dataTable(
      worst,
      [
        {
          name: "Row",
          heading: true,
          value: ({row}) => (published ? rowLink(row, {run: id}) : rowName(row))
        },
        {name: `Score of ${teacher}`, numeric: true, value: (one) => format.score(one.teacher)},
        {name: `Score of ${name}`, numeric: true, value: ({student}) => format.score(student)}
      ],
      {
        caption: `Rows on which ${name} and ${teacher} differ, the worst first`,
        filter: false,
        made: {
          what: `Rows on which ${name} and ${teacher} have different scores, those first on which most is lost.`,
          n: `${pluralText(cleanRows, "row")} that neither has learned from`,
          term: "difference",
          sql: studentQuery(
            "distilled_rows",
            {distillation: id, student: name},
            "student_score - teacher_score, row_id"
          )
        }
      }
    ),
    html`<p class="small">
      ${countText(worst.length)} of ${pluralText(differing, "row")} that
      differ.${published ? html` <a href=${linkTo("./comparison", {run: id, first: name, second: teacher})}>All of them, with their answers</a>` : null}
    </p>`
  ];
}
