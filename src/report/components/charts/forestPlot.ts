import * as Plot from "@observablehq/plot";
import {html} from "htl";
import {type Standing, standingOf} from "../../../evals/decisions/standing.js";
import type {PageContent} from "../text/elements.js";
import {countText, pValue, type ScoreFormat, withUnit} from "../text/format.js";
import {figure} from "./figure.js";
import {intervalMarks, zeroAxis} from "./intervalMarks.js";
import {lineChart} from "./lineChart.js";
import type {Provenance} from "../notes/made.js";

/** A difference with its interval, in score units. */
export interface ForestLine {
  label: string;
  difference: number;
  low: number;
  high: number;
  /** Rows that both have. */
  rows?: number;
  /** After correction for everything shown. */
  adjustedP?: number;
  /** Of a verdict's own comparison: whether the equivalence test puts it inside the margin. */
  within?: boolean;
}

export interface ForestOptions {
  /** What a screen reader calls the picture. */
  label: string;
  /** What the numbers are, beside their unit: "a minus b". */
  axis: string;
  format: ScoreFormat;
  /** Differences within ± this do not matter, in score units. */
  margin: number;
  alpha: number;
  made: Provenance;
}

const STYLES: Record<
  Standing,
  {
    color: string;
    symbol: "triangle" | "diamond2" | "square" | "circle";
    rotate: number;
    name: string;
    sign: string;
  }
> = {
  better: {color: "var(--accent)", symbol: "triangle", rotate: 0, name: "better", sign: "▲"},
  worse: {color: "var(--worse)", symbol: "triangle", rotate: 180, name: "worse", sign: "▼"},
  tied: {color: "var(--even)", symbol: "square", rotate: 0, name: "within the margin", sign: "■"},
  undecided: {color: "var(--quiet)", symbol: "circle", rotate: 0, name: "undecided", sign: "○"}
};

/** The word for a difference. */
export const standingName = (standing: Standing): string => STYLES[standing].name;

/** The sign and word for a difference, as the forest plot draws it. */
export function standingMark(standing: Standing): HTMLElement {
  const {color, sign, name} = STYLES[standing];
  return html`<span class="standing"
    ><span style=${`color: ${color}`} aria-hidden="true">${sign}</span> ${name}</span
  >`;
}

/** What the shapes mean, for those that are drawn. */
export function standingLegend(
  lines: readonly ForestLine[],
  {margin, alpha}: {margin: number; alpha: number}
): HTMLElement {
  const used = new Set(lines.map((line) => standingOf(line, margin, alpha)));
  return html`<p class="small legend">
    ${(Object.keys(STYLES) as Standing[]).filter((one) => used.has(one)).map(standingMark)}
  </p>`;
}

/** Differences below each other around zero, with the band in which they do not matter. */
export function forestPlot(lines: readonly ForestLine[], options: ForestOptions): PageContent {
  return figure((width) => drawForest(lines, options, width), {
    height: 54 + lines.length * 29,
    made: options.made
  });
}

function drawForest(lines: readonly ForestLine[], options: ForestOptions, width: number): Element {
  const {format, alpha} = options;
  const margin = format.scale(options.margin);
  const of = (line: ForestLine) => STYLES[standingOf(line, options.margin, alpha)];
  const ends = lines.flatMap(({low, high}) => [format.scale(low), format.scale(high)]);
  return lineChart(lines, {
    width,
    label: options.label,
    name: "label",
    // On a phone there is room for the unit alone; the heading says what is compared.
    axis: (narrow) =>
      `${narrow ? "" : `${options.axis}, `}${format.differenceUnit}, with ${Math.round(100 * (1 - alpha))}% interval`,
    heights: {wide: 29, narrow: 44},
    mostName: 300,
    domain: [Math.min(...ends, -margin, 0), Math.max(...ends, margin, 0)],
    written: ({difference, low, high}, narrow) =>
      narrow
        ? format.difference(difference)
        : `${format.difference(difference)}  (${format.differences(low, high)})`,
    marks: (narrow) => [
      Plot.rect([margin], {x1: -margin, x2: margin, fill: "var(--accent-soft)"}),
      zeroAxis(lines, {y: "label", narrow}),
      ...intervalMarks(lines, {
        line: "label",
        at: ({difference}) => format.scale(difference),
        ends: ({low, high}) => [format.scale(low), format.scale(high)],
        color: (line) => of(line).color,
        symbol: (line: ForestLine) => of(line).symbol,
        rotate: (line) => of(line).rotate,
        inside: (line) => (of(line).symbol === "circle" ? "var(--surface)" : undefined)
      })
    ],
    at: ({difference}) => format.scale(difference),
    text: (line) => forestLineText(line, options)
  });
}

function forestLineText(line: ForestLine, {format, margin, alpha}: ForestOptions): string {
  const {label, difference, low, high, adjustedP, rows} = line;
  const level = Math.round(100 * (1 - alpha));
  return [
    label,
    `${withUnit(format.difference(difference), format)} (${format.differences(low, high)}, ${level}% interval)`,
    [
      rows === undefined ? "" : `n ${countText(rows)}`,
      adjustedP === undefined ? "" : `p, Holm ${pValue(adjustedP)}`
    ]
      .filter((part) => part !== "")
      .join(", "),
    STYLES[standingOf(line, margin, alpha)].name
  ]
    .filter((part) => part !== "")
    .join("\n");
}
