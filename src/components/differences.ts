import {html} from "htl";
import {correctionNote, standingOf} from "../decisions/standing.js";
import type {Comparison, ScoreTable, Verdict} from "../decisions/types.js";
import {holm, pairedDifference} from "../stats/index.js";
import type {RunView} from "../site/types.js";
import type {ScoreChoice} from "./chooseScores.js";
import {dataTable} from "./dataTable.js";
import {type Content, details, nothing, section} from "./elements.js";
import {type ForestLine, forestPlot, standingLegend, standingMark} from "./forestPlot.js";
import {count, formatFor, pValue, type ScoreFormat} from "./format.js";
import {type RunRows, rowsIn, scoresOf} from "./runRows.js";

/**
 * The chosen candidate against every other one on the rows that both have: the paired differences with their
 * intervals, and the band within which a difference does not matter.
 */
export function differences(
  run: RunView | null,
  choice: ScoreChoice | null,
  verdict: Verdict | undefined,
  rows: RunRows | null,
  reference: string | null
): Content {
  if (!run || !choice || !verdict || !rows || reference === null) return nothing();
  const table = scoresOf(rows, choice.scorer, rowsIn(rows, choice.slice));
  const ofVerdict = reference === verdict.best;
  const pairs = ofVerdict ? verdict.comparisons : differencesFrom(table, reference, verdict.alpha);
  const format = formatFor(table.values.flat());
  const lines = pairs.flatMap(({b, difference, low, high, adjustedP, within}): ForestLine[] =>
    difference === undefined || low === undefined || high === undefined
      ? []
      : [{label: b, difference, low, high, adjustedP, within}]
  );
  const {alpha, margin} = verdict;
  const scored = verdict.summaries.filter(({mean}) => mean !== undefined).length;
  const family =
    verdict.race && ofVerdict
      ? "The intervals are the race's: they hold for all pairs and rounds together."
      : ofVerdict
        ? `Holm over all ${count((scored * (scored - 1)) / 2)} pairs of candidates, since the best was chosen among them.`
        : `Holm over the ${count(pairs.length)} comparisons shown.`;
  return section(
    `${reference} against the others`,
    lines.length === 0
      ? html`<p>There are too few rows that two candidates were both scored on.</p>`
      : [
          forestPlot(lines, {
            label: `Paired differences of ${reference} minus each of ${lines.length} other candidates`,
            axis: `${reference} minus the other`,
            format,
            margin,
            alpha
          }),
          standingLegend(lines, {margin, alpha}),
          html`<p class="small">
            Right of zero, ${reference} is better. Shaded: the margin of ±${format.scale(margin)}
            ${format.differenceUnit}, within which a difference does not matter. Better or worse is said at an
            error rate of ${Math.round(100 * alpha)}% after correction. ${family}
          </p>`
        ],
    details("The same in numbers", pairTable(pairs, verdict, format))
  );
}

function level(alpha: number): string {
  return `${Math.round(100 * (1 - alpha))}%`;
}

/** One candidate minus each other, the smallest difference first; p values are Holm-adjusted over these comparisons. */
export function differencesFrom(table: ScoreTable, reference: string, alpha: number): Comparison[] {
  const valuesOf = (candidate: string) => table.values[table.candidates.indexOf(candidate)] ?? [];
  const clusters = table.clusters?.map((cluster, row) =>
    cluster === null ? `row:${row}` : `cluster:${cluster}`
  );
  const related = clusters && new Set(clusters).size < clusters.length ? clusters : undefined;
  const found = table.candidates
    .filter((candidate) => candidate !== reference)
    .map((candidate) => ({
      candidate,
      difference: pairedDifference(valuesOf(reference), valuesOf(candidate), {
        level: 1 - alpha,
        clusters: related
      })
    }));
  const adjusted = holm(found.map(({difference}) => difference?.p));
  return found
    .map(({candidate, difference}, i): Comparison => {
      if (!difference) return {a: reference, b: candidate, rows: 0};
      const {n, estimate, low, high, p, method} = difference;
      return {
        a: reference,
        b: candidate,
        rows: n,
        difference: estimate,
        low,
        high,
        pValue: p,
        adjustedP: adjusted[i],
        method
      };
    })
    .sort((one, other) => (one.difference ?? 0) - (other.difference ?? 0));
}

function pairTable(pairs: readonly Comparison[], verdict: Verdict, format: ScoreFormat): HTMLElement {
  const tested = pairs.some((pair) => pair.pValue !== undefined);
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
        name: `${level(verdict.alpha)} interval`,
        value: (pair) => format.differences(pair.low, pair.high),
        numeric: true
      },
      {
        name: verdict.race ? "Rows or groups both have" : "Rows both have",
        value: (pair) => count(pair.rows),
        numeric: true
      },
      ...(tested
        ? [
            {name: "p", value: (pair: Comparison) => pValue(pair.pValue), numeric: true},
            {name: "p, Holm", value: (pair: Comparison) => pValue(pair.adjustedP), numeric: true}
          ]
        : []),
      {
        name: "Result",
        value: (pair) => {
          if (pair.difference === undefined || pair.low === undefined || pair.high === undefined) return "–";
          const standing = standingOf(pair, verdict.margin, verdict.alpha);
          const note = standing === "undecided" ? correctionNote(pair, verdict.alpha) : undefined;
          return [standingMark(standing), note ? html`<small>${note}</small>` : null];
        }
      },
      {name: "Method", value: (pair) => pair.method ?? "–"}
    ],
    {caption: "Paired differences"}
  );
}
