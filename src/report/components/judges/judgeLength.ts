import * as Plot from "@observablehq/plot";
import {html} from "htl";
import {chart} from "../charts/chart.js";
import {dataTable} from "../tables/dataTable.js";
import type {PageContent} from "../text/elements.js";
import {countText, formatFor, pluralText, pValue} from "../text/format.js";
import type {LengthFigures, Slope} from "./judgeFigures.js";
import {figure} from "../charts/figure.js";
import type {JudgeQueries} from "./judgeQueries.js";
import type {Provenance} from "../notes/made.js";

const points = formatFor([]);

type LengthGroup = LengthFigures["groups"][number];

/** Scores by the length of the answer, and what a doubling of it does beyond what people say it is worth. */
export function lengthBias({judge, human, bias, groups}: LengthFigures, queries: JudgeQueries): PageContent {
  if (!judge) return html`<p>There are too few judged answers of different lengths to say.</p>`;
  const lines = [
    {what: "the judge's score", slope: judge},
    {what: "people's score", slope: human},
    {what: "the judge's minus people's", slope: bias}
  ].filter((line): line is {what: string; slope: Slope} => line.slope !== undefined);
  const made: Provenance = {
    what: "The mean score by the judge, and by people, in five groups of answers from the shortest to the longest.",
    n: pluralText(judge.n, "judged answer"),
    term: "judge",
    sql: queries.length,
    engine: "clusteredRegression of assay/stats makes the changes with a doubling of the length",
    run: queries.run
  };
  return [
    html`<p>${sentence(judge, bias)}</p>`,
    groups.length > 1
      ? [figure((width) => drawLengths(groups, width), {height: heightAt, made}), legend(groups)]
      : null,
    dataTable(
      lines,
      [
        {name: "A doubling of the length changes", heading: true, value: ({what}) => what},
        {name: "by, points", numeric: true, value: ({slope}) => points.difference(slope.estimate)},
        {name: "95% interval", numeric: true, value: ({slope}) => points.differences(slope.low, slope.high)},
        {name: "p", numeric: true, value: ({slope}) => pValue(slope.p)},
        {name: "Answers", numeric: true, value: ({slope}) => countText(slope.n)}
      ],
      {
        caption: "What the length of an answer does to its score",
        made: {...made, what: "By how much a doubling of an answer's length changes its score."}
      }
    ),
    html`<p class="small">
      Least squares on the logarithm of the answer's characters, each candidate held fixed, answers to one row
      taken as related.
    </p>`
  ];
}

function sentence(judge: Slope, bias: Slope | undefined): string {
  if (!bias)
    return `With every doubling of the length its score changes by ${points.difference(judge.estimate)} points (${points.differences(judge.low, judge.high)}). Whether longer answers are better, only labels by people can tell.`;
  const size = `${points.difference(bias.estimate)} points (${points.differences(bias.low, bias.high)})`;
  if (bias.low > 0)
    return `It favours long answers: every doubling of the length earns ${size} more than people give.`;
  if (bias.high < 0)
    return `It favours short answers: every doubling of the length changes its score by ${size} against people's.`;
  return `It is not shown to favour long or short answers: with every doubling of the length its score changes by ${size} against people's.`;
}

/** The characters of a group's answers. */
function spanOf({from, to}: LengthGroup): string {
  return from === to ? countText(from) : `${countText(from)}–${countText(to)}`;
}

const heightAt = (width: number) => (width < 560 ? 220 : 240);

function drawLengths(groups: readonly LengthGroup[], width: number): Element {
  const narrow = width < 560;
  const label = (group: LengthGroup) => (narrow ? `≤ ${countText(group.to)}` : spanOf(group));
  const judged = groups.map((group, i) => ({...group, at: i, score: group.judge!, by: "judge"}));
  const labelled = judged.flatMap((group) =>
    group.human === undefined ? [] : [{...group, score: group.human, n: group.labelled, by: "people"}]
  );
  const y = ({score}: {score: number}) => points.scale(score);
  return chart({
    width,
    height: heightAt(width),
    marginLeft: 46,
    marginRight: 24,
    marginTop: 24,
    marginBottom: 46,
    ariaLabel: `Mean scores by judge and people in ${groups.length} groups of answers by length`,
    x: {
      label: "characters of the answer →",
      labelAnchor: "center",
      labelArrow: "none",
      domain: [-0.3, groups.length - 0.7],
      ticks: groups.map((_, i) => i),
      tickFormat: (i: number) => label(groups[i]!),
      tickSize: 0,
      grid: false
    },
    y: {label: "mean score, percent", labelArrow: "none", ticks: 5, nice: 5, inset: 8},
    marks: [
      Plot.gridY({stroke: "var(--line)", strokeOpacity: 1, ticks: 5}),
      Plot.lineY(judged, {x: "at", y, stroke: "var(--accent)", strokeWidth: 2}),
      Plot.dot(judged, {x: "at", y, r: 4.5, fill: "var(--accent)", stroke: "var(--surface)"}),
      Plot.lineY(labelled, {x: "at", y, stroke: "var(--worse)", strokeDasharray: "4,3", strokeWidth: 2}),
      Plot.dot(labelled, {
        x: "at",
        y,
        r: 4.5,
        symbol: "diamond",
        fill: "var(--worse)",
        stroke: "var(--surface)"
      })
    ],
    values: {
      of: [...judged, ...labelled],
      x: ({at}) => at,
      y: (group) => y(group),
      text: (group) =>
        `${spanOf(group)} characters, by ${group.by}\n${points.score(group.score)}\nn ${countText(group.n)}`
    }
  });
}

function legend(groups: readonly LengthGroup[]): HTMLElement {
  const labelled = groups.reduce((sum, group) => sum + group.labelled, 0);
  return html`<p class="small legend">
    <span class="standing"
      ><span style="color: var(--accent)" aria-hidden="true">●</span> judge, n ${countText(groups[0]!.n)} a
      group</span
    >
    ${
      labelled > 0
        ? html`<span class="standing"
            ><span style="color: var(--worse)" aria-hidden="true">◆</span> people, n
            ${groups.map((group) => countText(group.labelled)).join(", ")}</span
          >`
        : null
    }
  </p>`;
}
