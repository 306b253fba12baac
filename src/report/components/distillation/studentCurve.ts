import * as Plot from "@observablehq/plot";
import {html} from "htl";
import {gainText} from "../../../evals/distillation/adviceOf.js";
import type {DistillationView, StudentCurvePoint, StudentView} from "../../site/types.js";
import {chart} from "../charts/chart.js";
import {figure} from "../charts/figure.js";
import {intervalMarks} from "../charts/intervalMarks.js";
import {code, type PageContent} from "../text/elements.js";
import {countText, pluralText, type ScoreFormat} from "../text/format.js";
import {studentQuery} from "./distillationQueries.js";

const HEIGHT = 280;

/** A student's score by the rows that it learned, beside the teacher's, and whether more rows pay. */
export function studentCurve(view: DistillationView, student: StudentView, format: ScoreFormat): PageContent {
  const {name, curve} = student;
  const points = curve.filter((one): one is StudentCurvePoint & {mean: number} => one.mean !== undefined);
  if (points.length < 2)
    return html`<p>
      ${
        student.job === undefined
          ? html`${name} was trained on all rows alone. With ${code("subset")} in its training the command
            measures what fewer rows would have given.`
          : gainText(student, view)
      }
    </p>`;
  const scale = (value: number) => format.scale(value);
  const draw = (width: number) =>
    chart({
      width,
      height: HEIGHT,
      marginLeft: 52,
      marginRight: 24,
      marginTop: 26,
      marginBottom: 44,
      ariaLabel: `Score of ${name} by the rows that it learned, ${pluralText(points.length, "point")}`,
      x: {
        label: "answers learned →",
        labelAnchor: "center",
        labelArrow: "none",
        domain: [0, Math.max(...points.map(({rows}) => rows)) * 1.05],
        ticks: width < 560 ? 4 : 8,
        tickFormat: (rows: number) => countText(rows)
      },
      y: {label: `↑ ${view.scorer}, ${format.unit}`, labelArrow: "none", nice: true, ticks: 6},
      marks: [
        Plot.gridY({stroke: "var(--line)", strokeOpacity: 1, ticks: 6}),
        Plot.ruleY(view.teacherMean === undefined ? [] : [scale(view.teacherMean)], {
          stroke: "var(--quiet)",
          strokeWidth: 1.75,
          strokeDasharray: "5,4"
        }),
        Plot.line(points, {x: "rows", y: ({mean}: {mean: number}) => scale(mean), stroke: "var(--accent)"}),
        ...intervalMarks(points, {
          line: "rows",
          upright: true,
          at: ({mean}) => scale(mean),
          ends: ({low, high}) =>
            low === undefined || high === undefined ? undefined : [scale(low), scale(high)],
          color: "var(--accent)"
        })
      ],
      values: {
        of: points,
        x: ({rows}) => rows,
        y: ({mean}) => scale(mean),
        text: ({rows, mean, low, high}) =>
          `${pluralText(rows, "answer")} learned\n${format.score(mean)} (${format.interval(low, high)}, 95% interval)`
      }
    });
  return [
    figure(draw, {
      height: HEIGHT,
      made: {
        what: `The mean score of ${name} after learning a share of the answers, on the same test rows.`,
        n: `${pluralText(view.cleanRows, "row")} at each point`,
        term: "distillation",
        sql: studentQuery("distilled_curves", {distillation: view.id, student: name}, "rows")
      }
    }),
    html`<p class="small">
      ${gainText(student, view)}
      ${view.teacherMean === undefined ? null : `Dashed: ${view.teacher}, ${format.score(view.teacherMean)}.`}
    </p>`
  ];
}
