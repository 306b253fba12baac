import * as Plot from "@observablehq/plot";
import type {CandidateSummary, Verdict} from "../../../evals/decisions/types.js";
import {chart} from "../charts/chart.js";
import {dataTable} from "../tables/dataTable.js";
import {details, type Content} from "../text/elements.js";
import {count, plural, type ScoreFormat, scoreFormatOf} from "../text/format.js";
import {figure} from "../charts/figure.js";
import {figuresMargin, lineNames} from "../charts/lineNames.js";
import {meanOf, meanTitle} from "../text/meanOf.js";
import type {Made} from "../notes/made.js";
import {meansQuery} from "../rows/scoreQueries.js";

export interface IntervalPlotOptions {
  /** What the scores are called on the axis. */
  scorer: string;
  baseline?: string;
  /** The run whose verdict it is. */
  run: string;
}

type Drawn = CandidateSummary & {mean: number};

/** Every candidate's mean with its interval, the best on top; those that may be the best stand out. */
export function intervalPlot(verdict: Verdict, {scorer, baseline, run}: IntervalPlotOptions): Content[] {
  const rows = verdict.summaries.filter((summary): summary is Drawn => summary.mean !== undefined);
  const format = scoreFormatOf(verdict);
  const level = `${Math.round(100 * (1 - verdict.alpha))}%`;
  const unit = `${format.unit}, with ${level} interval`;
  const label = `${scorer}, ${unit}`;
  const best = new Set(verdict.set);
  const color = (row: CandidateSummary) => (best.has(row.candidate) ? "var(--accent)" : "var(--quiet)");
  const draw = (width: number) => {
    const narrow = width < 560;
    const names = lineNames(
      rows.map((row) => row.candidate),
      {width, above: narrow ? 15 : undefined}
    );
    const written = (row: Drawn) =>
      narrow || row.low === undefined
        ? format.score(row.mean)
        : `${format.score(row.mean)}  ${format.interval(row.low, row.high)}`;
    const marks: Plot.Markish[] = [
      Plot.gridX({stroke: "var(--line)", strokeOpacity: 1, ticks: narrow ? 4 : 7}),
      Plot.ruleX(
        rows.filter((row) => row.candidate === baseline),
        {x: (row) => format.scale(row.mean), stroke: "var(--quiet)", strokeDasharray: "3,3"}
      ),
      Plot.ruleY(
        rows.filter((row) => row.low !== undefined),
        {
          y: "candidate",
          x1: (row) => format.scale(row.low!),
          x2: (row) => format.scale(row.high!),
          stroke: color,
          strokeWidth: 5,
          strokeOpacity: 0.35,
          strokeLinecap: "round"
        }
      ),
      Plot.dot(rows, {
        y: "candidate",
        x: (row) => format.scale(row.mean),
        fill: color,
        r: 5,
        stroke: "var(--surface)",
        strokeWidth: 1.5
      }),
      Plot.text(rows, {
        y: "candidate",
        frameAnchor: "right",
        textAnchor: "start",
        dx: 10,
        text: written,
        fill: "currentColor",
        fontVariant: "tabular-nums"
      }),
      names.mark
    ];
    return chart({
      width,
      height: 54 + rows.length * (narrow ? 46 : 34),
      marginLeft: names.marginLeft,
      marginRight: figuresMargin(rows.map(written)),
      marginTop: narrow ? 14 : 6,
      marginBottom: 42,
      ariaLabel: `${label}, for ${rows.length} candidates`,
      x: {
        // On a phone there is room for the unit alone.
        label: `${narrow ? unit : label} →`,
        labelAnchor: "center",
        labelArrow: "none",
        ticks: narrow ? 4 : 7,
        domain: widened(rows.flatMap(({mean, low = mean, high = mean}) => [low, high].map(format.scale))),
        nice: true
      },
      y: {
        label: null,
        domain: rows.map((row) => row.candidate),
        axis: null
      },
      marks,
      values: {
        of: rows,
        x: (row) => format.scale(row.mean),
        y: (row) => row.candidate,
        text: (row) =>
          `${row.candidate}\n${format.score(row.mean)} (${format.interval(row.low, row.high)}, ${level} interval)\nn ${count(row.scored)} of ${count(row.planned)}`,
        inLines: true
      }
    });
  };
  if (rows.length === 0) return [];
  const made: Made = {
    what: `The ${meanOf(scorer, verdict.figure)} of every candidate over the rows that have a score, with its ${level} interval.`,
    n: `${plural(rows[0]!.planned, "row")}; beside each value stands on how many of them the candidate has a score`,
    term: "interval",
    sql: meansQuery({scorer}),
    engine: "meanInterval of assay/stats makes the intervals",
    figure: verdict.figure,
    run
  };
  return [
    figure(draw, {height: 54 + rows.length * 34, made}),
    details("The same in numbers", summaryTable(verdict, {format, level, made}))
  ];
}

function summaryTable(
  verdict: Verdict,
  {format, level, made}: {format: ScoreFormat; level: string; made: Made}
): HTMLElement {
  return dataTable(
    verdict.summaries,
    [
      {name: "Candidate", value: (row) => row.candidate, heading: true},
      {name: meanTitle(verdict.figure), value: (row) => format.score(row.mean), numeric: true},
      {name: `${level} interval`, value: (row) => format.interval(row.low, row.high), numeric: true},
      {name: "Scored", value: (row) => `${count(row.scored)} of ${count(row.planned)}`, numeric: true},
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
