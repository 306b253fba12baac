import * as Plot from "@observablehq/plot";
import {sum} from "d3";
import {html} from "htl";
import type {ScorerView} from "../../site/types.js";
import {chart} from "../charts/chart.js";
import {dataTable} from "../tables/dataTable.js";
import {type Content, details} from "../text/elements.js";
import {count, formatFor, plural, share} from "../text/format.js";
import type {JudgedCandidate} from "./judgeFigures.js";
import {figure} from "../charts/figure.js";
import {figuresMargin, lineNames} from "../charts/lineNames.js";
import type {JudgeQueries} from "./judgeQueries.js";
import type {Made} from "../notes/made.js";

const points = formatFor([]);
/** Below so many labels the corrected interval covers the true value less often than its level says. */
const FEW = 30;

/** Each candidate's score as the judge has it, as people have it, and as both together say. */
export function correctedScores(
  found: readonly JudgedCandidate[],
  human: ScorerView | undefined,
  queries: JudgeQueries
): Content {
  const lines = found.filter(({corrected}) => corrected);
  if (lines.length === 0)
    return html`<p>
      ${human ? "No candidate has two labelled answers here, so nothing can be corrected." : "Without labels by people the judge's scores stand as they are: a judge that is generous to one candidate's style makes it look better than it is."}
    </p>`;
  const few = lines.filter(({corrected}) => corrected!.labelled < FEW);
  const made: Made = {
    what: "The mean score of every candidate as the judge has it, as people have it on the answers they labelled, and as both together say.",
    n: `${count(sum(lines, ({judged}) => judged))} answers by the judge and ${count(sum(lines, ({labelled}) => labelled))} by people`,
    term: "judge",
    sql: queries.scores,
    engine: "judgeCorrected of assay/stats makes the corrected scores and the intervals",
    run: queries.run
  };
  return [
    figure((width) => draw(lines, width), {made}),
    html`<p class="small legend">
      <span class="standing"
        ><span style="color: var(--accent)" aria-hidden="true">●</span> corrected, with 95% interval</span
      >
      <span class="standing"
        ><span style="color: var(--worse)" aria-hidden="true">◆</span> people alone, with 95% interval</span
      >
      <span class="standing"><span aria-hidden="true">○</span> judge alone</span>
    </p>`,
    html`<p class="small">
      PPI++: what people would have said of all answers, from their labels on some and the judge's word on
      all. The labelled answers must be a random
      sample.${few.length > 0 ? ` With fewer than ${FEW} labels (${few.map(({candidate, corrected}) => `${candidate}: ${count(corrected!.labelled)}`).join(", ")}) the interval is somewhat too narrow: it covers the true value less often than 95% of the time.` : ""}
    </p>`,
    details("The same in numbers", numbers(found, made))
  ];
}

function draw(lines: readonly JudgedCandidate[], width: number): Element {
  const narrow = width < 560;
  const names = lineNames(
    lines.map(({candidate}) => candidate),
    {width, above: narrow ? 17 : undefined}
  );
  const written = ({corrected}: JudgedCandidate) => points.score(corrected!.estimate);
  const scale = (value: number) => points.scale(value);
  const people = lines.filter(({human}) => human);
  return chart({
    width,
    height: 54 + lines.length * (narrow ? 56 : 44),
    marginLeft: names.marginLeft,
    marginRight: figuresMargin(lines.map(written)),
    marginTop: narrow ? 16 : 8,
    marginBottom: 42,
    ariaLabel: `Scores by the judge, by people and corrected, for ${lines.length} candidates`,
    x: {
      label: "score, percent →",
      labelAnchor: "center",
      labelArrow: "none",
      ticks: narrow ? 4 : 7,
      nice: true
    },
    y: {
      label: null,
      domain: lines.map(({candidate}) => candidate),
      axis: null
    },
    marks: [
      Plot.gridX({stroke: "var(--line)", strokeOpacity: 1, ticks: narrow ? 4 : 7}),
      Plot.ruleY(lines, {
        y: "candidate",
        x1: ({corrected}: JudgedCandidate) => scale(corrected!.low),
        x2: ({corrected}: JudgedCandidate) => scale(corrected!.high),
        stroke: "var(--accent)",
        strokeWidth: 5,
        strokeOpacity: 0.4,
        strokeLinecap: "round"
      }),
      Plot.ruleY(people, {
        y: "candidate",
        x1: ({human}: JudgedCandidate) => scale(human!.low),
        x2: ({human}: JudgedCandidate) => scale(human!.high),
        stroke: "var(--worse)",
        strokeWidth: 1.5,
        dy: 11
      }),
      Plot.dot(people, {
        y: "candidate",
        x: ({human}: JudgedCandidate) => scale(human!.estimate),
        symbol: "diamond",
        r: 4,
        fill: "var(--worse)",
        dy: 11
      }),
      Plot.dot(lines, {
        y: "candidate",
        x: ({judge}: JudgedCandidate) => (judge === undefined ? NaN : scale(judge)),
        r: 4.5,
        fill: "var(--surface)",
        stroke: "currentColor",
        strokeWidth: 1.75
      }),
      Plot.dot(lines, {
        y: "candidate",
        x: ({corrected}: JudgedCandidate) => scale(corrected!.estimate),
        r: 5,
        fill: "var(--accent)",
        stroke: "var(--surface)",
        strokeWidth: 1.5
      }),
      Plot.text(lines, {
        y: "candidate",
        frameAnchor: "right",
        textAnchor: "start",
        dx: 10,
        text: written,
        fill: "currentColor",
        fontVariant: "tabular-nums"
      }),
      names.mark
    ],
    values: {
      of: lines,
      x: ({corrected}) => scale(corrected!.estimate),
      y: ({candidate}) => candidate,
      text: textOf,
      inLines: true
    }
  });
}

function textOf({candidate, corrected, human, judge, judged, labelled}: JudgedCandidate): string {
  const {estimate, low, high} = corrected!;
  return [
    candidate,
    `corrected ${points.score(estimate)} (${points.interval(low, high)}, 95% interval)`,
    `judge alone ${points.score(judge)}, n ${count(judged)}`,
    `people alone ${points.score(human?.estimate)} (${points.interval(human?.low, human?.high)}), n ${count(labelled)}`
  ].join("\n");
}

function numbers(found: readonly JudgedCandidate[], made: Made): HTMLElement {
  return dataTable(
    found,
    [
      {name: "Candidate", heading: true, value: ({candidate}) => candidate},
      {name: "Judge alone", numeric: true, value: ({judge}) => points.score(judge)},
      {name: "People alone", numeric: true, value: ({human}) => points.score(human?.estimate)},
      {name: "Corrected", numeric: true, value: ({corrected}) => points.score(corrected?.estimate)},
      {
        name: "95% interval",
        numeric: true,
        value: ({corrected}) => points.interval(corrected?.low, corrected?.high)
      },
      {name: "Weight of the judge", numeric: true, value: ({corrected}) => share(corrected?.weight)},
      {
        name: "Judged",
        numeric: true,
        value: ({judged, answers}) => `${count(judged)} of ${plural(answers, "answer")}`
      },
      {name: "Labelled", numeric: true, value: ({labelled}) => count(labelled)}
    ],
    {caption: "Scores by the judge, by people and corrected", made}
  );
}
