import {html} from "htl";
import * as Plot from "@observablehq/plot";
import type {CandidateSummary, Verdict} from "../../../evals/decisions/types.js";
import {dataTable} from "../tables/dataTable.js";
import {details, type PageContent} from "../text/elements.js";
import {countText, pluralText, type ScoreFormat, scoreFormatOf} from "../text/format.js";
import {figure} from "../charts/figure.js";
import {intervalMarks} from "../charts/intervalMarks.js";
import {lineChart} from "../charts/lineChart.js";
import {meanName, meanTitle} from "../text/names.js";
import type {Provenance} from "../notes/made.js";
import {meansQuery} from "../rows/scoreQueries.js";

export interface IntervalPlotOptions {
  /** What the scores are called on the axis. */
  scorer: string;
  baseline?: string;
  /** The run whose verdict it is. */
  run: string;
}

type ScoredCandidate = CandidateSummary & {mean: number};

/** Every candidate's mean with its interval, the best on top; those that may be the best stand out. */
export function intervalPlot(verdict: Verdict, {scorer, baseline, run}: IntervalPlotOptions): PageContent[] {
  const scored = verdict.summaries.filter(
    (summary): summary is ScoredCandidate => summary.mean !== undefined
  );
  const rows = scored.filter((one) => twinBefore(one, scored, verdict) === undefined);
  const format = scoreFormatOf(verdict);
  const level = `${Math.round(100 * (1 - verdict.alpha))}%`;
  const unit = `${format.unit}, with ${level} interval`;
  const label = `${scorer}, ${unit}`;
  const best = new Set(verdict.set);
  const color = (row: CandidateSummary) => (best.has(row.candidate) ? "var(--accent)" : "var(--quiet)");
  const draw = (width: number) =>
    lineChart(rows, {
      width,
      label: `${label}, for ${rows.length} candidates`,
      name: "candidate",
      // On a phone there is room for the unit alone.
      axis: (narrow) => (narrow ? unit : label),
      heights: {wide: 34, narrow: 46},
      domain: widened(rows.flatMap(({mean, low = mean, high = mean}) => [low, high].map(format.scale))),
      written: ({mean, low, high}, narrow) =>
        narrow || low === undefined
          ? format.score(mean)
          : `${format.score(mean)}  ${format.interval(low, high)}`,
      marks: () => [
        Plot.ruleX(
          rows.filter((row) => row.candidate === baseline),
          {x: (row) => format.scale(row.mean), stroke: "var(--quiet)", strokeDasharray: "3,3"}
        ),
        ...intervalMarks(rows, {
          line: "candidate",
          at: ({mean}) => format.scale(mean),
          ends: ({low, high}) =>
            low === undefined || high === undefined ? undefined : [format.scale(low), format.scale(high)],
          color
        })
      ],
      at: ({mean}) => format.scale(mean),
      text: (row) =>
        `${row.candidate}\n${format.score(row.mean)} (${format.interval(row.low, row.high)}, ${level} interval)\nn ${countText(row.scored)} of ${countText(row.planned)}`
    });
  if (rows.length === 0) return [];
  const made: Provenance = {
    what: `The ${meanName(scorer, verdict.figure)} of every candidate over the rows that have a score, with its ${level} interval.`,
    n: `${pluralText(rows[0]!.planned, "row")}; beside each value stands on how many of them the candidate has a score`,
    term: "interval",
    sql: meansQuery({scorer}),
    engine: "meanInterval of assay/stats makes the intervals",
    figure: verdict.figure,
    run
  };
  return [
    figure(draw, {height: 54 + rows.length * 34, made}),
    scored.flatMap((one) => {
      const twin = twinBefore(one, scored, verdict);
      return twin
        ? [html`<p class="small">${one.candidate}: the same weights and score as ${twin.candidate}.</p>`]
        : [];
    }),
    details("The same in numbers", summaryTable(verdict, {format, level, made}))
  ];
}

/** The candidate further up with the same weights and the same score, which the figure shows in its place. */
function twinBefore(
  one: ScoredCandidate,
  all: readonly ScoredCandidate[],
  {sameWeights = []}: Verdict
): ScoredCandidate | undefined {
  const group = sameWeights.find((names) => names.includes(one.candidate));
  return all
    .slice(0, all.indexOf(one))
    .find(({candidate, mean}) => mean === one.mean && group?.includes(candidate));
}

function summaryTable(
  verdict: Verdict,
  {format, level, made}: {format: ScoreFormat; level: string; made: Provenance}
): HTMLElement {
  return dataTable(
    verdict.summaries,
    [
      {name: "Candidate", value: (row) => row.candidate, heading: true},
      {name: meanTitle(verdict.figure), value: (row) => format.score(row.mean), numeric: true},
      {name: `${level} interval`, value: (row) => format.interval(row.low, row.high), numeric: true},
      {
        name: "Scored",
        value: (row) => `${countText(row.scored)} of ${countText(row.planned)}`,
        numeric: true
      },
      {name: "Method", value: (row) => row.method ?? "–"}
    ],
    {
      caption: "Scores and intervals of the candidates",
      made,
      highlight: (row) => verdict.set.includes(row.candidate)
    }
  );
}

/** From the least to the greatest; some way to both sides where all are alike but for rounding. Undefined for none. */
function widened(values: readonly number[]): [number, number] | undefined {
  if (values.length === 0) return undefined;
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const size = Math.max(Math.abs(least), Math.abs(greatest));
  if (greatest - least > 1e-9 * size) return [least, greatest];
  return [least - (size / 10 || 1), greatest + (size / 10 || 1)];
}
