import {html} from "htl";
import {correctionNote, standingOf} from "../../../evals/decisions/standing.js";
import {comparisonsWith} from "../../../evals/decisions/cut.js";
import type {Comparison, Verdict} from "../../../evals/decisions/types.js";
import type {ShownComparison} from "../rows/comparisons.js";
import {twinsOf} from "./twinsOf.js";
import {dataTable} from "../tables/dataTable.js";
import {type PageContent, details, nothing, section} from "../text/elements.js";
import {
  type ForestLine,
  forestPlot,
  standingLegend,
  standingMark,
  standingName
} from "../charts/forestPlot.js";
import {
  countText,
  formatFor,
  joinedNames,
  pluralText,
  pValue,
  type ScoreFormat,
  withUnit
} from "../text/format.js";
import type {Provenance} from "../notes/made.js";
import {leadsQuery} from "../races/raceQueries.js";
import {differencesQuery} from "../rows/scoreQueries.js";

/**
 * Every other candidate against the chosen one on the rows that both have: the paired differences, candidate minus
 * reference as everywhere, with their intervals, and the band within which a difference does not matter.
 */
export function differences(found: ShownComparison | null, reference: string | null): PageContent {
  if (!found || reference === null) return nothing();
  const {all, shown, verdict} = found;
  const ofVerdict = reference === verdict.best;
  const pairs = (ofVerdict ? verdict.comparisons : comparisonsWith(shown, reference)).map(turned);
  const format = formatFor(all.extent);
  const twins = twinsOf(reference, verdict);
  const compared = pairs.filter(({a}) => !twins.includes(a));
  const lines = compared.flatMap(({a, rows, difference, low, high, adjustedP, within}): ForestLine[] =>
    difference === undefined || low === undefined || high === undefined
      ? []
      : [{label: a, rows, difference, low, high, adjustedP, within}]
  );
  const {alpha, margin} = verdict;
  const title = `The others against ${reference}`;
  const counted = standingCounts(lines, verdict);
  if (verdict.summaries.length < 2)
    return section(title, html`<p>The run has one candidate, and nothing to compare it with.</p>`);
  const candidates = verdict.summaries.filter(({mean}) => mean !== undefined).length;
  const family =
    verdict.race && ofVerdict
      ? `The intervals are the race's: they hold for all pairs and rounds together. ${verdict.race.grouped ? "Each group of rows counts once, with its mean, so that a difference" : "A difference"} is that of the two means beside it in the table, not of the means over all rows.`
      : ofVerdict
        ? correctedText(
            (candidates * (candidates - 1)) / 2,
            "all ",
            "pairs of candidates, since the best was chosen among them"
          )
        : correctedText(pairs.length, "the ", "comparisons shown");
  const made = differencesProvenance(found, reference, ofVerdict);
  return section(
    counted === "" ? title : `${title}: ${counted}`,
    lines.length === 0
      ? html`<p>There are too few rows that two candidates were both scored on.</p>`
      : [
          forestPlot(lines, {
            label: `Paired differences of ${pluralText(lines.length, "candidate")} minus ${reference}`,
            axis: `candidate minus ${reference}`,
            format,
            margin,
            alpha,
            made
          }),
          standingLegend(lines, {margin, alpha}),
          html`<p class="small">
            Left of zero, ${reference} is
            better.${margin > 0 ? ` Shaded: the margin of ±${withUnit(format.difference(margin).replace("+", ""), format)}, within which a difference does not matter.` : ""}
            A candidate is called better or worse where that is wrong at most ${Math.round(100 * alpha)}% of
            the time over all comparisons together. ${family}
          </p>`
        ],
    twins.length > 0
      ? html`<p class="small">The same weights as ${reference}: ${joinedNames(twins)}.</p>`
      : null,
    details("The same in numbers", pairTable(pairs, {verdict, format, made}))
  );
}

/** How many of the others are better, worse, or neither. */
function standingCounts(
  lines: readonly ForestLine[],
  {margin, alpha}: Pick<Verdict, "margin" | "alpha">
): string {
  const found = lines.map((line) => standingOf(line, margin, alpha));
  return [...new Set(found)]
    .map((one) => `${countText(found.filter((other) => other === one).length)} ${standingName(one)}`)
    .join(", ");
}

/** Of how many tests each p value is one. */
function correctedText(tests: number, which: string, of: string): string {
  return tests === 1
    ? "The p value is of one comparison alone, and needs no correction."
    : `p values are corrected (Holm) for ${which}${countText(tests)} ${of}.`;
}

/** The second candidate minus the first, of a pair's difference. */
function turned({a, b, difference, low, high, meanA, meanB, ...pair}: Comparison): Comparison {
  const minus = (value: number | undefined) => (value === undefined ? undefined : 0 - value);
  return {
    ...pair,
    a: b,
    b: a,
    difference: minus(difference),
    low: minus(high),
    high: minus(low),
    meanA: meanB,
    meanB: meanA
  };
}

/** A race's intervals come from its record: they are those of all its rounds together. */
function differencesProvenance(
  {all: {run, scorer}, shown, verdict}: ShownComparison,
  reference: string,
  ofVerdict: boolean
): Provenance {
  const raced = verdict.race !== undefined && ofVerdict;
  const rows = raced
    ? verdict.race!.grouped
      ? "the groups of rows that both have, each once with its mean"
      : "the rows that both have"
    : "the rows that both have";
  const what = `The ${verdict.figure ?? "mean"} of each other candidate minus that of ${reference}, over ${rows}; left of zero ${reference} is better.`;
  const shared = {what, n: pluralText(shown.rows, "row"), term: "difference" as const, run};
  return raced
    ? {...shared, sql: leadsQuery(verdict.race!.id, reference), engine: undefined}
    : {
        ...shared,
        sql: differencesQuery({scorer, slice: shown.slice}, reference),
        engine: "pairedDifference of assay/stats makes the intervals and p values, holm corrects these",
        figure: verdict.figure
      };
}

function level(alpha: number): string {
  return `${Math.round(100 * (1 - alpha))}%`;
}

/** The two means that a race's difference is of. */
function meansNote({meanA, meanB}: Comparison, format: ScoreFormat): PageContent {
  return meanA === undefined || meanB === undefined
    ? null
    : html`<small>${format.score(meanA)} against ${format.score(meanB)}</small>`;
}

function pairTable(
  pairs: readonly Comparison[],
  {verdict, format, made}: {verdict: Verdict; format: ScoreFormat; made: Provenance}
): HTMLElement {
  const tested = pairs.some((pair) => pair.pValue !== undefined);
  return dataTable(
    pairs,
    [
      {name: "Candidate", value: (pair) => pair.a, heading: true},
      {
        name: `Difference, ${format.differenceUnit}`,
        value: (pair) => [format.difference(pair.difference), meansNote(pair, format)],
        numeric: true
      },
      {
        name: `${level(verdict.alpha)} interval`,
        value: (pair) => format.differences(pair.low, pair.high),
        numeric: true
      },
      {
        name: verdict.race?.grouped ? "Groups both have" : "Rows both have",
        value: (pair) => countText(pair.rows),
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
    {caption: "Paired differences", made}
  );
}
