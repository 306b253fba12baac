import * as Plot from "@observablehq/plot";
import {html} from "htl";
import type {NoWorse} from "../../../evals/decisions/index.js";
import type {DistillationView} from "../../site/types.js";
import {figure} from "../charts/figure.js";
import {intervalMarks, zeroAxis} from "../charts/intervalMarks.js";
import {lineChart} from "../charts/lineChart.js";
import type {PageContent} from "../text/elements.js";
import {countText, joinedNames, pluralText, pValue, type ScoreFormat, withUnit} from "../text/format.js";
import {studentsQuery} from "./distillationQueries.js";

export const NO_WORSE: Record<NoWorse["verdict"], {name: string; color: string; sign: string}> = {
  "non-inferior": {name: "no worse", color: "var(--accent)", sign: "■"},
  inferior: {name: "worse", color: "var(--worse)", sign: "▼"},
  undecided: {name: "undecided", color: "var(--quiet)", sign: "○"}
};

interface StudentLine extends NoWorse {
  name: string;
  difference: number;
  low: number;
  high: number;
}

/** Each student minus the teacher, and the band in which it is no worse. */
export function studentForest(view: DistillationView, format: ScoreFormat): PageContent {
  const {teacher, students, cleanRows} = view;
  const lines = students.flatMap(({name, judged}): StudentLine[] => {
    const {difference, low, high} = judged;
    return difference === undefined || low === undefined || high === undefined
      ? []
      : [{...judged, name, difference, low, high}];
  });
  if (lines.length === 0)
    return html`<p>There are too few rows that ${teacher} and a student were both scored on.</p>`;
  const margin = format.scale(view.margin);
  const ends = lines.flatMap(({low, high}) => [format.scale(low), format.scale(high)]);
  const [least, most] = [Math.min(...ends, -1.5 * margin), Math.max(...ends, margin)];
  const lookOf = ({verdict}: StudentLine) => NO_WORSE[verdict];
  const heights = {wide: 32, narrow: 44};
  const draw = (width: number) =>
    lineChart(lines, {
      width,
      label: `${pluralText(lines.length, "student")} minus ${teacher}, by score`,
      name: "name",
      axis: (narrow) =>
        `${narrow ? "" : `student minus ${teacher}, `}${format.differenceUnit}, with 90% interval`,
      heights,
      domain: [least, most],
      exact: true,
      written: ({difference, low, high}, narrow) =>
        narrow
          ? format.difference(difference)
          : `${format.difference(difference)}  (${format.differences(low, high)})`,
      marks: (narrow) => [
        Plot.rect([margin], {x1: -margin, x2: most, fill: "var(--accent-soft)"}),
        Plot.ruleX([-margin], {stroke: "var(--strong-line)", strokeDasharray: "3,3"}),
        zeroAxis(lines, {y: "name", narrow}),
        ...intervalMarks(lines, {
          line: "name",
          at: ({difference}) => format.scale(difference),
          ends: ({low, high}) => [format.scale(low), format.scale(high)],
          color: (line) => lookOf(line).color,
          symbol: (line: StudentLine) => SYMBOLS[line.verdict],
          rotate: ({verdict}) => (verdict === "inferior" ? 180 : 0),
          inside: ({verdict}) => (verdict === "undecided" ? "var(--surface)" : undefined)
        })
      ],
      at: ({difference}) => format.scale(difference),
      text: (line) =>
        [
          line.name,
          `${withUnit(format.difference(line.difference), format)} (${format.differences(line.low, line.high)}, 90% interval)`,
          `n ${countText(line.rows)}, p, Holm ${pValue(line.adjustedP)}`,
          lookOf(line).name
        ].join("\n")
    });
  return [
    figure(draw, {
      height: (width) => 54 + lines.length * (width < 560 ? heights.narrow : heights.wide),
      made: {
        what: `The mean score of each student minus that of ${teacher}, on the rows that neither has learned from.`,
        n: pluralText(cleanRows, "row"),
        term: "distillation",
        sql: studentsQuery(view.id)
      }
    }),
    html`<p class="small legend">
      ${[...new Set(lines.map(lookOf))].map(noWorseMark)}
      <span>
        Shaded: at most ${withUnit(format.difference(view.margin).replace("+", ""), format)} worse than
        ${teacher}. An interval that lies in it whole means no worse, at an error rate of 5% over
        ${joinedNames(lines.map(({name}) => name))} together (Holm).
      </span>
    </p>`
  ];
}

/** The sign and word of what was shown of a student. */
export function noWorseMark({color, sign, name}: (typeof NO_WORSE)[NoWorse["verdict"]]): HTMLElement {
  return html`<span class="standing"
    ><span style=${`color: ${color}`} aria-hidden="true">${sign}</span> ${name}</span
  >`;
}

const SYMBOLS = {"non-inferior": "square", inferior: "triangle", undecided: "circle"} as const;
