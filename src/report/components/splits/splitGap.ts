import * as Plot from "@observablehq/plot";
import type {RunView, SplitComparison, SplitGap} from "../../site/types.js";
import {chart} from "../charts/chart.js";
import {dataTable} from "../tables/dataTable.js";
import {type Content, details} from "../text/elements.js";
import {plural, type ScoreFormat, scoreFormatOf} from "../text/format.js";
import type {Made} from "../notes/made.js";
import {gapsQuery} from "./splitQueries.js";
import {figure} from "../charts/figure.js";
import {lineNames} from "../charts/lineNames.js";
import {withUnit} from "../text/withUnit.js";
import {zeroAxis} from "../charts/zeroAxis.js";

/** By how much the random split flatters the best candidate, or that this cannot be told from zero. */
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
  return `${range}: whether the random split flatters cannot be told from zero.`;
}

/** Each candidate's gap between the two splits with its interval. */
export function gapPlot(comparison: SplitComparison, format: ScoreFormat): Content[] {
  const rows = comparison.gaps.filter(
    (gap): gap is Required<SplitGap> =>
      gap.difference !== undefined && gap.low !== undefined && gap.high !== undefined
  );
  if (rows.length === 0) return ["No candidate has scores on both splits."];
  const draw = (width: number) => {
    const narrow = width < 560;
    const names = lineNames(
      rows.map((row) => row.candidate),
      {width, above: narrow ? 14 : undefined}
    );
    return chart({
      width,
      height: 54 + rows.length * (narrow ? 42 : 28),
      marginLeft: names.marginLeft,
      marginRight: 16,
      marginTop: narrow ? 14 : 6,
      marginBottom: 42,
      ariaLabel: `Score on the random split minus score on split ${comparison.otherName}, for ${rows.length} candidates`,
      x: {
        // On a phone there is room for the unit alone.
        label: `${narrow ? "" : `random minus ${comparison.otherName}, `}${format.differenceUnit}, with 95% interval →`,
        labelAnchor: "center",
        labelArrow: "none",
        ticks: narrow ? 4 : 7,
        nice: true
      },
      y: {
        label: null,
        domain: rows.map((row) => row.candidate),
        axis: null
      },
      marks: [
        Plot.gridX({stroke: "var(--line)", strokeOpacity: 1, ticks: narrow ? 4 : 7}),
        zeroAxis(rows, {y: "candidate", narrow}),
        Plot.ruleY(rows, {
          y: "candidate",
          x1: (row) => format.scale(row.low),
          x2: (row) => format.scale(row.high),
          stroke: (row) => (row.low > 0 || row.high < 0 ? "var(--open)" : "var(--quiet)"),
          strokeWidth: 5,
          strokeOpacity: 0.4,
          strokeLinecap: "round"
        }),
        Plot.dot(rows, {
          y: "candidate",
          x: (row) => format.scale(row.difference),
          r: 4.5,
          fill: (row) => (row.low > 0 || row.high < 0 ? "var(--open)" : "var(--quiet)"),
          stroke: "var(--surface)",
          strokeWidth: 1.5
        }),
        names.mark
      ],
      values: {
        of: rows,
        x: ({difference}) => format.scale(difference),
        y: ({candidate}) => candidate,
        text: ({candidate, difference, low, high}) =>
          `${candidate}\n${withUnit(format.difference(difference), format)} (${format.differences(low, high)}, 95% interval)`,
        inLines: true
      }
    });
  };
  const made: Made = {
    what: `Each candidate's mean on the random split minus its mean on split ${comparison.otherName}.`,
    n: `${plural(rows.length, "candidate")}; the query gives the rows of each`,
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
