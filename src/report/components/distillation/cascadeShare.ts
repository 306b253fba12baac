import * as Plot from "@observablehq/plot";
import {html} from "htl";
import type {DistillationView, StudentCascade} from "../../site/types.js";
import {figure} from "../charts/figure.js";
import {SIGNALS} from "../costs/costCascades.js";
import {lineChart} from "../charts/lineChart.js";
import type {Provenance} from "../notes/made.js";
import {dataTable} from "../tables/dataTable.js";
import type {PageContent} from "../text/elements.js";
import {countText, percentText, pluralText, type ScoreFormat, withUnit} from "../text/format.js";
import {studentsQuery} from "./distillationQueries.js";

interface CascadeLine extends StudentCascade {
  name: string;
}

/** Which share of the traffic each student can answer before the teacher, and what is lost at most. */
export function cascadeShares(view: DistillationView, format: ScoreFormat): PageContent {
  const {teacher, students, maxLoss, confidence} = view;
  const lines = students.flatMap(({name, cascade}): CascadeLine[] =>
    cascade?.threshold === undefined || cascade.share === 0 ? [] : [{...cascade, name}]
  );
  const allowed = withUnit(format.difference(maxLoss).replace("+", ""), format);
  const without = students
    .filter(({name}) => lines.every((line) => line.name !== name))
    .map(
      ({name, noCascade}) =>
        html`<p class="small">
          ${name}:
          ${noCascade ?? `no threshold is shown to lose at most ${allowed}, so ${teacher} would answer all.`}
        </p>`
    );
  if (lines.length === 0) return without;
  const [first] = lines as [CascadeLine];
  const made: Provenance = {
    what: `The share of the traffic that each student answers when it is sure enough, before ${teacher}.`,
    n: `${pluralText(first.calibrationRows, "row")} that chose the threshold and ${pluralText(first.rows, "row")} that say what it comes to`,
    term: "cascade",
    sql: studentsQuery(view.id)
  };
  const heights = {wide: 29, narrow: 44};
  const percent = ({share}: CascadeLine) => 100 * share;
  const draw = (width: number) =>
    lineChart(lines, {
      width,
      label: `Share of the traffic that ${pluralText(lines.length, "student")} can answer`,
      name: "name",
      axis: (narrow) => (narrow ? "percent of the traffic" : `percent of the traffic; grey: ${teacher}`),
      heights,
      domain: [0, 100],
      exact: true,
      written: ({share}) => percentText(share),
      marks: (narrow) => {
        const inset = {y: "name", insetTop: narrow ? 18 : 5, insetBottom: narrow ? 8 : 5};
        return [
          Plot.barX(lines, {...inset, x1: percent, x2: () => 100, fill: "var(--line)"}),
          Plot.barX(lines, {...inset, x1: () => 0, x2: percent, fill: "var(--accent)"})
        ];
      },
      at: percent,
      text: ({name, share}) =>
        `${name}\nanswers ${percentText(share)} of the traffic\n${teacher} answers ${percentText(1 - share)}`
    });
  return [
    figure(draw, {
      height: (width) => 54 + lines.length * (width < 560 ? heights.narrow : heights.wide),
      made
    }),
    dataTable(
      lines,
      [
        {
          name: "First, then",
          heading: true,
          value: ({name, signal}) =>
            html`<span>${name}<small>then ${teacher}, sure by ${SIGNALS[signal]}</small></span>`
        },
        {
          name: "Answers from",
          numeric: true,
          value: ({threshold}) => Number(threshold!.toPrecision(3)).toString()
        },
        {name: "Passed on", numeric: true, value: ({share}) => percentText(1 - share)},
        {
          name: `Loss, ${format.differenceUnit} (95% CI)`,
          numeric: true,
          value: ({loss}) =>
            loss ? `${format.difference(loss.estimate)} (${format.differences(loss.low, loss.high)})` : "–"
        },
        {name: "Rows", numeric: true, value: ({rows}) => countText(rows)}
      ],
      {caption: `Each student before ${teacher}`, cards: true, made}
    ),
    html`<p class="small">
      A student answers from a threshold at which the mean falls by at most ${allowed} with probability
      ${percentText(confidence)}. One half of the rows chose it, the other half says what it comes to.
    </p>`,
    without
  ];
}
