import * as Plot from "@observablehq/plot";
import {html} from "htl";
import type {Comparison, ScoreTable, Verdict} from "../decisions/types.js";
import {pairedDifference} from "../stats/index.js";
import type {RunView} from "../site/types.js";
import {chart} from "./chart.js";
import {dataTable} from "./dataTable.js";
import {type Content, details, section} from "./elements.js";
import {count, formatFor, type ScoreFormat} from "./format.js";
import {responsive} from "./responsive.js";
import {type RunRows, rowsIn, scoresOf} from "./runRows.js";
import type {ScoreChoice} from "./chooseScores.js";

/**
 * The chosen candidate against every other one on the rows that both have: the paired differences with their
 * intervals, and the band within which a difference does not matter.
 */
export function differences(
  run: RunView | null,
  choice: ScoreChoice | null,
  verdict: Verdict | undefined,
  rows: RunRows | null,
  reference: string | undefined
): Content {
  if (!run || !choice || !verdict || !rows || !reference) return null;
  const table = scoresOf(rows, choice.scorer, rowsIn(rows, choice.slice));
  const pairs =
    reference === verdict.best ? verdict.comparisons : differencesFrom(table, reference, verdict.alpha);
  const format = formatFor(table.values.flat());
  const drawn = pairs.filter((pair): pair is Drawn => pair.low !== undefined && pair.high !== undefined);
  return section(
    `${reference} against the others`,
    drawn.length === 0
      ? html`<p>There are too few rows that two candidates were both scored on.</p>`
      : [
          responsive((width) => forest(drawn, reference, verdict, format, width)),
          html`<p class="small">
            Right of zero, ${reference} is better. Shaded: differences below the margin of
            ${format.scale(verdict.margin)} ${format.differenceUnit}. Grey: the interval includes zero.
          </p>`
        ],
    details("The same in numbers", pairTable(pairs, verdict, format))
  );
}

type Drawn = Comparison & {difference: number; low: number; high: number};

/** One candidate minus each other, largest difference last; the engine's formula without its correction for many pairs. */
export function differencesFrom(table: ScoreTable, reference: string, alpha: number): Comparison[] {
  const valuesOf = (candidate: string) => table.values[table.candidates.indexOf(candidate)] ?? [];
  const clusters = table.clusters?.map((cluster, row) =>
    cluster === null ? `row:${row}` : `cluster:${cluster}`
  );
  const related = clusters && new Set(clusters).size < clusters.length ? clusters : undefined;
  return table.candidates
    .filter((candidate) => candidate !== reference)
    .map((candidate) => {
      const found = pairedDifference(valuesOf(reference), valuesOf(candidate), {
        level: 1 - alpha,
        clusters: related
      });
      if (!found) return {a: reference, b: candidate, rows: 0};
      const {n, estimate, low, high, p, method} = found;
      return {a: reference, b: candidate, rows: n, difference: estimate, low, high, pValue: p, method};
    })
    .sort((one, other) => (one.difference ?? 0) - (other.difference ?? 0));
}

function forest(
  pairs: Drawn[],
  reference: string,
  verdict: Verdict,
  format: ScoreFormat,
  width: number
): Element {
  const narrow = width < 560;
  const names = Math.max(...pairs.map((pair) => pair.b.length));
  const level = Math.round(100 * (1 - verdict.alpha));
  const margin = format.scale(verdict.margin);
  const color = (pair: Drawn) =>
    pair.low > 0 ? "var(--accent)" : pair.high < 0 ? "var(--bad)" : "var(--quiet)";
  const ends = [
    ...pairs.flatMap(({low, high}) => [format.scale(low), format.scale(high)]),
    -margin,
    margin,
    0
  ];
  return chart({
    width,
    height: 54 + pairs.length * (narrow ? 46 : 32),
    marginLeft: narrow ? 4 : Math.min(280, 34 + names * 7.4),
    marginRight: 62,
    marginTop: narrow ? 14 : 6,
    marginBottom: 42,
    ariaLabel: `Paired differences of ${reference} minus each of ${pairs.length} other candidates`,
    x: {
      label: `${reference} minus the other, ${format.differenceUnit}, with ${level}% interval →`,
      labelAnchor: "center",
      labelArrow: "none",
      ticks: narrow ? 4 : 7,
      domain: [Math.min(...ends), Math.max(...ends)],
      nice: true
    },
    y: {
      label: null,
      domain: pairs.map((pair) => pair.b),
      axis: narrow ? null : "left",
      tickSize: 0,
      tickPadding: 10,
      tickFormat: (name: string) => `− ${name}`
    },
    marks: [
      Plot.rect([margin], {x1: -margin, x2: margin, fill: "var(--accent-soft)"}),
      Plot.gridX({stroke: "var(--line)", strokeOpacity: 1, ticks: narrow ? 4 : 7}),
      Plot.ruleX([0], {stroke: "currentColor"}),
      Plot.ruleY(pairs, {
        y: "b",
        x1: (pair: Drawn) => format.scale(pair.low),
        x2: (pair: Drawn) => format.scale(pair.high),
        stroke: color,
        strokeWidth: 5,
        strokeOpacity: 0.4,
        strokeLinecap: "round"
      }),
      Plot.dot(pairs, {
        y: "b",
        x: (pair: Drawn) => format.scale(pair.difference),
        r: 5,
        fill: color,
        stroke: "var(--surface)",
        strokeWidth: 1.5
      }),
      Plot.text(pairs, {
        y: "b",
        frameAnchor: "right",
        textAnchor: "start",
        dx: 10,
        text: (pair: Drawn) => format.difference(pair.difference),
        fill: "currentColor",
        fontVariant: "tabular-nums"
      }),
      narrow
        ? Plot.text(pairs, {
            y: "b",
            frameAnchor: "left",
            textAnchor: "start",
            dy: -15,
            text: (pair: Drawn) => `− ${pair.b}`,
            fill: "currentColor",
            stroke: "var(--surface)",
            strokeWidth: 4
          })
        : null
    ]
  });
}

function pairTable(pairs: readonly Comparison[], verdict: Verdict, format: ScoreFormat): HTMLElement {
  const adjusted = pairs.some((pair) => pair.adjustedP !== undefined);
  const p = (value: number | undefined) =>
    value === undefined ? "–" : value < 0.001 ? "< 0.001" : value.toFixed(3);
  return dataTable(
    pairs,
    [
      {name: "Against", value: (pair) => pair.b, heading: true},
      {
        name: `Difference, ${format.differenceUnit}`,
        value: (pair) => format.difference(pair.difference),
        numeric: true
      },
      {
        name: `${Math.round(100 * (1 - verdict.alpha))}% interval`,
        value: (pair) => format.differences(pair.low, pair.high),
        numeric: true
      },
      {name: "Rows both have", value: (pair) => count(pair.rows), numeric: true},
      {name: "p", value: (pair) => p(pair.pValue), numeric: true},
      ...(adjusted
        ? [{name: "p, Holm over all pairs", value: (pair: Comparison) => p(pair.adjustedP), numeric: true}]
        : []),
      {name: "Method", value: (pair) => pair.method ?? "–"}
    ],
    {caption: "Paired differences"}
  );
}
