import * as Plot from "@observablehq/plot";
import {html} from "htl";
import {splitText} from "../../../evals/decisions/points.js";
import {meanName} from "../text/names.js";
import {scoreName} from "../../../evals/decisions/scoreScale.js";
import type {EvalHistory, HistoryData, HistoryPoint, HistoryRun} from "../../site/historyTypes.js";
import type {VerdictsData} from "../../site/types.js";
import {fromAddress, linkTo} from "../address/address.js";
import {chart} from "../charts/chart.js";
import {dataTable} from "../tables/dataTable.js";
import {code, type PageContent, emptyState, nothing, section} from "../text/elements.js";
import {countText, formatFor, joinedNames, pluralText, type ScoreFormat, time} from "../text/format.js";
import {form, type Input, select} from "../inputs/inputs.js";
import type {Provenance} from "../notes/made.js";
import {figure} from "../charts/figure.js";
import {openedRun, unmetRun} from "../address/runOfAddress.js";
import {quotedText} from "../text/sqlText.js";

const HEIGHT = 320;
/** So many candidates have a column each at most where there are fewer runs. */
const MOST_ACROSS = 8;

export interface HistoryChoice {
  history: EvalHistory;
  candidate: string;
}

/** Lets a reader choose an eval, by default that of the opened run, and a candidate; without a complete run it says how to make one. */
export function chooseHistory(
  data: HistoryData,
  verdicts?: Pick<VerdictsData, "runs">
): Input<HistoryChoice | null> {
  if (data.histories.length === 0)
    return Object.assign(
      emptyState("No eval has a complete run yet.", ["Run one with ", code("npx assay run"), "."]),
      {value: null}
    );
  const run = fromAddress("run") ?? openedRun(verdicts)?.id;
  const selected = ({runs}: EvalHistory) => runs.some((one) => one.run === run);
  const histories = select(
    data.histories.map((one) => ({
      label: `${one.title}, ${splitText({name: one.split, part: one.part})}`,
      id: one.id,
      value: one
    })),
    {
      label: "Eval and split",
      key: "history",
      selected,
      unmet: unmetRun(data.histories.some(selected))
    }
  );
  const box = html`<div class="narrowing"></div>`;
  let candidates = chooseCandidate(histories.value);
  box.append(candidates);
  histories.addEventListener("input", () => {
    candidates = chooseCandidate(histories.value);
    box.replaceChildren(candidates);
  });
  const second = Object.defineProperty(box, "value", {get: () => candidates.value}) as Input<string>;
  return form<HistoryChoice>({history: histories, candidate: second}, "History shown");
}

function chooseCandidate({runs}: EvalHistory): Input<string> {
  return select(
    namesOf(runs).map((name) => ({label: name, value: name})),
    {label: "Candidate", key: "candidate"}
  );
}

/** The best of the newest run first, as everywhere. */
function namesOf(runs: readonly HistoryRun[]): string[] {
  const byMean = runs
    .toReversed()
    .flatMap(({points}) => [...points].sort((a, b) => (b.mean ?? -Infinity) - (a.mean ?? -Infinity)));
  return [...new Set(byMean.map(({candidate}) => candidate))];
}

interface Mark extends HistoryPoint {
  at: Date;
  /** Runs without a break between them share one. */
  segment: number;
}

/** One candidate's score from run to run, with its interval, and a table of all candidates. */
export function historyChart(choice: HistoryChoice | null): PageContent {
  if (!choice) return nothing();
  const {history, candidate} = choice;
  const marks = marksOf(history.runs, candidate);
  const format = historyFormat(history);
  const scale = (value: number | undefined) => (value === undefined ? NaN : format.scale(value));
  const breaks = history.runs.filter((run) => run.breaks.length > 0);
  const draw = (width: number) =>
    chart({
      width,
      height: HEIGHT,
      marginLeft: 52,
      marginTop: 30,
      marginBottom: 40,
      ariaLabel: `${scoreName(history.scorer, history.figure)} of ${candidate} over ${pluralText(marks.length, "run")}`,
      x: {
        type: "utc",
        label: null,
        inset: 14,
        ticks: width < 560 ? 3 : 7,
        // Of a single moment the scale would write all that it knows.
        tickFormat: marks.length === 1 ? (at: Date) => time(at.toISOString()) : undefined
      },
      y: {
        label: `${scoreName(history.scorer, history.figure)}, ${format.unit}`,
        grid: false,
        nice: true,
        ticks: 6
      },
      marks: [
        Plot.gridY({stroke: "var(--line)", strokeOpacity: 1, ticks: 6}),
        Plot.ruleX(breaks, {
          x: (run: HistoryRun) => new Date(run.at),
          stroke: "var(--open)",
          strokeDasharray: "4,4"
        }),
        Plot.ruleX(marks, {
          x: "at",
          y1: (mark: Mark) => scale(mark.alwaysLow),
          y2: (mark: Mark) => scale(mark.alwaysHigh),
          stroke: "var(--quiet)",
          strokeOpacity: 0.25,
          strokeWidth: 11
        }),
        Plot.ruleX(marks, {
          x: "at",
          y1: (mark: Mark) => scale(mark.low),
          y2: (mark: Mark) => scale(mark.high),
          stroke: "var(--accent)",
          strokeOpacity: 0.45,
          strokeWidth: 5
        }),
        Plot.line(marks, {
          x: "at",
          y: (mark: Mark) => scale(mark.mean),
          z: "segment",
          stroke: "var(--accent)"
        }),
        Plot.dot(marks, {x: "at", y: (mark: Mark) => scale(mark.mean), fill: "var(--accent)", r: 4.5})
      ],
      values: {
        of: marks,
        x: ({at}) => at,
        y: ({mean}) => scale(mean),
        text: ({at, mean, low, high, alwaysLow, alwaysHigh, scored}) =>
          `${time(at.toISOString())}\n${format.score(mean)} (${format.interval(low, high)}, 95% interval)\n${format.interval(alwaysLow, alwaysHigh)} for all runs together\nn ${countText(scored)}`
      }
    });
  return html`<div>
    ${section(
      historyTitle(candidate, marks, format),
      figure(draw, {
        height: HEIGHT,
        made: {
          what: `The ${meanName(history.scorer, history.figure)} of ${candidate} in every complete run, with the interval of the run and the one for all runs together.`,
          n: `${pluralText(marks.length, "run")}; the rows of each are in the table below`,
          term: "always-valid",
          sql: historyQuery(history, candidate)
        }
      }),
      html`<p class="small">
        Narrow bar: the 95% interval of one run. Wide, pale bar: an always-valid interval, which holds for all
        runs together, however many follow. Two runs whose wide bars do not overlap differ.
      </p>`,
      breaks.length > 0
        ? html`<ul class="small">
            ${breaks.map((run) => html`<li>${time(run.at)}: ${joinedNames(run.breaks)} changed.</li>`)}
          </ul>`
        : null
    )}
    ${section("All candidates", allCandidates(history))}
  </div>`;
}

/** Its score in the newest run, and in the one before where the two are comparable. */
function historyTitle(candidate: string, marks: readonly Mark[], format: ScoreFormat): string {
  const [newest, before] = marks.toReversed();
  if (!newest) return candidate;
  if (before?.segment !== newest.segment) return `${candidate}: ${format.score(newest.mean)}`;
  return `${candidate}: ${format.score(before.mean)} → ${format.score(newest.mean)}`;
}

/** One for the chart of a candidate and the table of all. */
const historyFormat = ({runs}: EvalHistory) =>
  formatFor(runs.flatMap(({points}) => points.map(({mean}) => mean)));

function historyQuery({eval: name, split}: EvalHistory, candidate?: string): string {
  return `select asked_at, candidate, mean, low, high, always_low, always_high, scored, rows
from history
where eval = ${quotedText(name)} and split = ${quotedText(split)}${candidate === undefined ? "" : ` and candidate = ${quotedText(candidate)}`}
order by asked_at, candidate`;
}

function marksOf(runs: readonly HistoryRun[], candidate: string): Mark[] {
  let segment = 0;
  return runs.flatMap(({at, points, breaks}): Mark[] => {
    if (breaks.length > 0) segment++;
    const point = points.find((one) => one.candidate === candidate);
    return point?.mean === undefined ? [] : [{...point, at: new Date(at), segment}];
  });
}

function allCandidates(history: EvalHistory): HTMLElement {
  const {runs} = history;
  const names = namesOf(runs);
  const format = historyFormat(history);
  const scoreOf = (name: string, {points}: HistoryRun) => {
    const {mean, low, high} = points.find(({candidate}) => candidate === name) ?? {};
    const interval = low === undefined ? null : html`<small>${format.interval(low, high)}</small>`;
    return [format.score(mean), interval];
  };
  const made: Provenance = {
    what: `The ${meanName(history.scorer, history.figure)} of every candidate in every complete run, with the 95% interval of the run.`,
    n: pluralText(runs.length, "run"),
    term: "mean",
    sql: historyQuery(history)
  };
  const caption = "Scores of all candidates, the newest run first";
  const runLink = ({run, at}: HistoryRun, text = time(at)) =>
    html`<a href=${linkTo("./runs", {run})}>${text}</a>`;
  // The shorter list goes across.
  if (names.length > MOST_ACROSS && names.length > runs.length)
    return dataTable(
      names,
      [
        {name: "Candidate", heading: true, pinned: true, value: (name) => name},
        ...runs.toReversed().map((run) => ({
          name: time(run.at),
          note: [runLink(run, "run"), ` on ${run.version.slice(0, 12)}, ${pluralText(run.rows, "row")}`],
          numeric: true,
          value: (name: string) => scoreOf(name, run)
        }))
      ],
      {caption, made}
    );
  return dataTable(
    runs.toReversed(),
    [
      {
        name: "Run",
        heading: true,
        value: (run) => runLink(run)
      },
      {name: "Data version", value: ({version}) => code(version.slice(0, 12))},
      {name: "Rows", numeric: true, value: ({rows}) => countText(rows)},
      ...names.map((name) => ({
        name,
        numeric: true,
        value: (run: HistoryRun) => scoreOf(name, run)
      }))
    ],
    {caption, made}
  );
}
