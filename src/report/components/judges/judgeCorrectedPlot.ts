import * as Plot from "@observablehq/plot";
import {sum} from "d3";
import {html} from "htl";
import type {ScorerView} from "../../site/types.js";
import {dataTable} from "../tables/dataTable.js";
import {type PageContent, details} from "../text/elements.js";
import {countText, formatFor, pluralText, percentText} from "../text/format.js";
import type {JudgedCandidate} from "./judgeFigures.js";
import {figure} from "../charts/figure.js";
import {intervalMarks} from "../charts/intervalMarks.js";
import {lineChart} from "../charts/lineChart.js";
import type {JudgeQueries} from "./judgeQueries.js";
import type {Provenance} from "../notes/made.js";

const points = formatFor([]);
/** Below so many labels the corrected interval covers the true value less often than its level says. */
const FEW = 30;

/** Each candidate's score as the judge has it, as people have it, and as both together say. */
export function correctedScores(
  found: readonly JudgedCandidate[],
  human: ScorerView | undefined,
  queries: JudgeQueries
): PageContent {
  const lines = found.filter(({corrected}) => corrected);
  if (lines.length === 0)
    return html`<p>
      ${human ? "No candidate has two labelled answers here, so nothing can be corrected." : "Without labels by people the judge's scores stand as they are: a judge that is generous to one candidate's style makes it look better than it is."}
    </p>`;
  const few = lines.filter(({corrected}) => corrected!.labelled < FEW);
  const made: Provenance = {
    what: "The mean score of every candidate as the judge has it, as people have it on the answers they labelled, and as both together say.",
    n: `${countText(sum(lines, ({judged}) => judged))} answers by the judge and ${countText(sum(lines, ({labelled}) => labelled))} by people`,
    term: "judge",
    sql: queries.scores,
    engine: "judgeCorrected of assay/stats makes the corrected scores and the intervals",
    run: queries.run
  };
  return [
    figure((width) => drawCorrected(lines, width), {made}),
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
      sample.${few.length > 0 ? ` With fewer than ${FEW} labels (${few.map(({candidate, corrected}) => `${candidate}: ${countText(corrected!.labelled)}`).join(", ")}) the interval is somewhat too narrow: it covers the true value less often than 95% of the time.` : ""}
    </p>`,
    details("The same in numbers", numbers(found, made))
  ];
}

function drawCorrected(lines: readonly JudgedCandidate[], width: number): Element {
  const scale = (value: number) => points.scale(value);
  const [bar, point] = intervalMarks(lines, {
    line: "candidate",
    at: ({corrected}) => scale(corrected!.estimate),
    ends: ({corrected}) => [scale(corrected!.low), scale(corrected!.high)],
    color: "var(--accent)"
  });
  return lineChart(lines, {
    width,
    label: `Scores by the judge, by people and corrected, for ${lines.length} candidates`,
    name: "candidate",
    axis: () => "score, percent",
    heights: {wide: 44, narrow: 56},
    written: ({corrected}) => points.score(corrected!.estimate),
    marks: () => [
      bar!,
      ...intervalMarks(
        lines.filter(({human}) => human),
        {
          line: "candidate",
          at: ({human}) => scale(human!.estimate),
          ends: ({human}) => [scale(human!.low), scale(human!.high)],
          color: "var(--worse)",
          symbol: "diamond",
          below: 11
        }
      ),
      Plot.dot(lines, {
        y: "candidate",
        x: ({judge}: JudgedCandidate) => (judge === undefined ? NaN : scale(judge)),
        r: 4.5,
        fill: "var(--surface)",
        stroke: "currentColor",
        strokeWidth: 1.75
      }),
      point!
    ],
    at: ({corrected}) => scale(corrected!.estimate),
    text: judgedCandidateText
  });
}

function judgedCandidateText({
  candidate,
  corrected,
  human,
  judge,
  judged,
  labelled
}: JudgedCandidate): string {
  const {estimate, low, high} = corrected!;
  return [
    candidate,
    `corrected ${points.score(estimate)} (${points.interval(low, high)}, 95% interval)`,
    `judge alone ${points.score(judge)}, n ${countText(judged)}`,
    `people alone ${points.score(human?.estimate)} (${points.interval(human?.low, human?.high)}), n ${countText(labelled)}`
  ].join("\n");
}

function numbers(found: readonly JudgedCandidate[], made: Provenance): HTMLElement {
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
      {name: "Weight of the judge", numeric: true, value: ({corrected}) => percentText(corrected?.weight)},
      {
        name: "Judged",
        numeric: true,
        value: ({judged, answers}) => `${countText(judged)} of ${pluralText(answers, "answer")}`
      },
      {name: "Labelled", numeric: true, value: ({labelled}) => countText(labelled)}
    ],
    {caption: "Scores by the judge, by people and corrected", made}
  );
}
