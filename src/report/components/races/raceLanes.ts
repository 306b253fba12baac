import * as Plot from "@observablehq/plot";
import {html} from "htl";
import type {PageContent} from "../text/elements.js";
import {countText, pluralText} from "../text/format.js";
import {AS_RUN, lanesQuery} from "./raceQueries.js";
import type {RaceCourse} from "./raceScores.js";
import {figure} from "../charts/figure.js";
import {lineChart} from "../charts/lineChart.js";

interface RaceLane {
  candidate: string;
  /** Rows it was asked about. */
  rows: number;
  out: boolean;
}

/** A lane a candidate: how far it ran before it was dropped, and the calls that were never made after that. */
export function raceLanes(race: string, course: RaceCourse): PageContent[] {
  const lanes = lanesOf(course);
  const total = course.settings.rows;
  const color = ({out}: RaceLane) => (out ? "var(--quiet)" : "var(--accent)");
  const draw = (width: number) =>
    lineChart(lanes, {
      width,
      label: `Rows that each of ${lanes.length} candidates was asked about before it was dropped`,
      name: "candidate",
      axis: () => "rows asked about",
      heights: {wide: 25, narrow: 36},
      domain: [0, total],
      exact: true,
      wideTicks: 8,
      written: ({rows}) => countText(rows),
      marks: () => [
        Plot.ruleX(
          course.rounds.map(({rows}) => rows),
          {stroke: "var(--line)", strokeOpacity: 1}
        ),
        Plot.ruleY(
          lanes.filter(({rows}) => rows < total),
          {y: "candidate", x1: "rows", x2: total, stroke: "var(--strong-line)", strokeDasharray: "2,4"}
        ),
        Plot.ruleY(lanes, {
          y: "candidate",
          x1: 0,
          x2: "rows",
          stroke: color,
          strokeWidth: 6,
          strokeOpacity: 0.75
        }),
        Plot.dot(
          lanes.filter(({out}) => out),
          {y: "candidate", x: "rows", symbol: "times", r: 5, stroke: "var(--text)", strokeWidth: 2}
        ),
        Plot.dot(
          lanes.filter(({out}) => !out),
          {y: "candidate", x: "rows", r: 5, fill: "var(--accent)", stroke: "var(--surface)", strokeWidth: 1.5}
        )
      ],
      at: ({rows}) => rows,
      text: ({candidate, rows, out}) =>
        `${candidate}\n${out ? "dropped after" : "still in after"} ${countText(rows)} of ${pluralText(total, "row")}`
    });
  return [
    figure(draw, {
      made: {
        what: "After how many rows each candidate was dropped.",
        n: pluralText(total, "row"),
        term: "race",
        sql: lanesQuery(race),
        engine: AS_RUN
      }
    }),
    html`<p class="small">
      A cross: dropped there. Dotted: rows it was never asked about. Upright lines: the end of each round,
      when all still in were compared.
    </p>`
  ];
}

/** Those still in first, by their last standing; then the dropped, the last to go first. */
function lanesOf({rounds, outcome}: RaceCourse): RaceLane[] {
  const out = rounds.flatMap(({dropped, rows}) =>
    dropped.map(({candidate}) => ({candidate, rows, out: true}))
  );
  const gone = new Set(out.map(({candidate}) => candidate));
  const last = rounds.at(-1);
  const still = (outcome?.set ?? last?.standings.map(({candidate}) => candidate) ?? [])
    .filter((candidate) => !gone.has(candidate))
    .map((candidate) => ({candidate, rows: last?.rows ?? 0, out: false}));
  return [...still, ...out.reverse()];
}
