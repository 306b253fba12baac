import type {RunView, SplitComparison, SplitGap} from "../../site/types.js";
import {dataTable} from "../tables/dataTable.js";
import {type PageContent, details} from "../text/elements.js";
import {pluralText, type ScoreFormat, scoreFormatOf, withUnit} from "../text/format.js";
import type {Provenance} from "../notes/made.js";
import {gapsQuery} from "./splitQueries.js";
import {figure} from "../charts/figure.js";
import {intervalMarks, zeroAxis} from "../charts/intervalMarks.js";
import {lineChart} from "../charts/lineChart.js";

/** By how much the random split flatters the best candidate, or that this is not distinguishable from zero. */
export function gapSentence(run: RunView): string | undefined {
  const comparison = run.splitComparison;
  const gap = comparison?.gaps.find(({candidate}) => candidate === run.verdict.best);
  if (!comparison || gap?.difference === undefined) return undefined;
  const format = scoreFormatOf(run.verdict);
  const amount = withUnit(format.difference(gap.difference), format);
  const subject = `For ${gap.candidate}, the random split's score minus that on split ${comparison.otherName} is ${amount}`;
  if (gap.low === undefined || gap.high === undefined) return `${subject}.`;
  const range = `${subject} (${format.differences(gap.low, gap.high)})`;
  if (gap.low > 0) return `${range}: the random split flatters.`;
  if (gap.high < 0) return `${range}: the random split is the harder one.`;
  return `${range}: no difference between the splits is shown.`;
}

/** Each candidate's gap between the two splits with its interval. */
export function gapPlot(comparison: SplitComparison, format: ScoreFormat): PageContent[] {
  const rows = comparison.gaps.filter(
    (gap): gap is Required<SplitGap> =>
      gap.difference !== undefined && gap.low !== undefined && gap.high !== undefined
  );
  if (rows.length === 0) return ["No candidate has scores on both splits."];
  const draw = (width: number) =>
    lineChart(rows, {
      width,
      label: `Score on the random split minus score on split ${comparison.otherName}, for ${rows.length} candidates`,
      name: "candidate",
      // On a phone there is room for the unit alone.
      axis: (narrow) =>
        `${narrow ? "" : `random minus ${comparison.otherName}, `}${format.differenceUnit}, with 95% interval`,
      heights: {wide: 28, narrow: 42},
      marks: (narrow) => [
        zeroAxis(rows, {y: "candidate", narrow}),
        ...intervalMarks(rows, {
          line: "candidate",
          at: ({difference}) => format.scale(difference),
          ends: ({low, high}) => [format.scale(low), format.scale(high)],
          color: ({low, high}) => (low > 0 || high < 0 ? "var(--open)" : "var(--quiet)")
        })
      ],
      at: ({difference}) => format.scale(difference),
      text: ({candidate, difference, low, high}) =>
        `${candidate}\n${withUnit(format.difference(difference), format)} (${format.differences(low, high)}, 95% interval)`
    });
  const made: Provenance = {
    what: `Each candidate's mean on the random split minus its mean on split ${comparison.otherName}.`,
    n: `${pluralText(rows.length, "candidate")}; the query gives the rows of each`,
    term: "leakage",
    sql: gapsQuery(comparison.random, comparison.other),
    engine: "splitGaps makes the intervals from those of the two means, which share no rows",
    run: comparison.random
  };
  const table = dataTable(
    comparison.gaps,
    [
      {name: "Candidate", value: (row) => row.candidate, heading: true},
      {
        name: `Difference, ${format.differenceUnit}`,
        value: (row) => format.difference(row.difference),
        numeric: true
      },
      {name: "95% interval", value: (row) => format.differences(row.low, row.high), numeric: true}
    ],
    {caption: `Random split minus split ${comparison.otherName}`, made}
  );
  return [figure(draw, {made}), details("The same in numbers", table)];
}
