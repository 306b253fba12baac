import * as Plot from "@observablehq/plot";
import {html} from "htl";
import {chart} from "./chart.js";
import {type Standing, standingOf} from "../../../evals/decisions/standing.js";
import type {Content} from "../text/elements.js";
import {count, pValue, type ScoreFormat} from "../text/format.js";
import {figure} from "./figure.js";
import {figuresMargin, lineNames} from "./lineNames.js";
import type {Made} from "../notes/made.js";
import {withUnit} from "../text/withUnit.js";
import {zeroAxis} from "./zeroAxis.js";

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
  made: Made;
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
export function forestPlot(lines: readonly ForestLine[], options: ForestOptions): Content {
  return figure((width) => draw(lines, options, width), {
    height: 54 + lines.length * 29,
    made: options.made
  });
}

function draw(lines: readonly ForestLine[], options: ForestOptions, width: number): Element {
  const {format, alpha} = options;
  const narrow = width < 560;
  const names = lineNames(
    lines.map(({label}) => label),
    {width, above: narrow ? 15 : undefined, most: 300}
  );
  const written = ({difference, low, high}: ForestLine) =>
    narrow
      ? format.difference(difference)
      : `${format.difference(difference)}  (${format.differences(low, high)})`;
  const margin = format.scale(options.margin);
  const of = (line: ForestLine) => STYLES[standingOf(line, options.margin, alpha)];
  const ends = lines.flatMap(({low, high}) => [format.scale(low), format.scale(high)]);
  return chart({
    width,
    height: 54 + lines.length * (narrow ? 44 : 29),
    marginLeft: names.marginLeft,
    marginRight: figuresMargin(lines.map(written)),
    marginTop: narrow ? 14 : 6,
    marginBottom: 42,
    ariaLabel: options.label,
    x: {
      // On a phone there is room for the unit alone; the heading says what is compared.
      label: `${narrow ? "" : `${options.axis}, `}${format.differenceUnit}, with ${Math.round(100 * (1 - alpha))}% interval →`,
      labelAnchor: "center",
      labelArrow: "none",
      ticks: narrow ? 4 : 7,
      domain: [Math.min(...ends, -margin, 0), Math.max(...ends, margin, 0)],
      nice: true
    },
    y: {
      label: null,
      domain: lines.map(({label}) => label),
      axis: null
    },
    marks: [
      Plot.rect([margin], {x1: -margin, x2: margin, fill: "var(--accent-soft)"}),
      Plot.gridX({stroke: "var(--line)", strokeOpacity: 1, ticks: narrow ? 4 : 7}),
      zeroAxis(lines, {y: "label", narrow}),
      Plot.ruleY(lines, {
        y: "label",
        x1: (line: ForestLine) => format.scale(line.low),
        x2: (line: ForestLine) => format.scale(line.high),
        stroke: (line: ForestLine) => of(line).color,
        strokeWidth: 4,
        strokeOpacity: 0.45,
        strokeLinecap: "round"
      }),
      Plot.dot(lines, {
        y: "label",
        x: (line: ForestLine) => format.scale(line.difference),
        r: 5,
        symbol: (line: ForestLine) => of(line).symbol,
        rotate: (line: ForestLine) => of(line).rotate,
        fill: (line: ForestLine) => (of(line).symbol === "circle" ? "var(--surface)" : of(line).color),
        stroke: (line: ForestLine) => of(line).color,
        strokeWidth: 1.75
      }),
      Plot.text(lines, {
        y: "label",
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
      x: ({difference}) => format.scale(difference),
      y: ({label}) => label,
      text: (line) => textOf(line, options),
      inLines: true
    }
  });
}

function textOf(line: ForestLine, {format, margin, alpha}: ForestOptions): string {
  const {label, difference, low, high, adjustedP, rows} = line;
  const level = Math.round(100 * (1 - alpha));
  return [
    label,
    `${withUnit(format.difference(difference), format)} (${format.differences(low, high)}, ${level}% interval)`,
    [
      rows === undefined ? "" : `n ${count(rows)}`,
      adjustedP === undefined ? "" : `p, Holm ${pValue(adjustedP)}`
    ]
      .filter((part) => part !== "")
      .join(", "),
    STYLES[standingOf(line, margin, alpha)].name
  ]
    .filter((part) => part !== "")
    .join("\n");
}
