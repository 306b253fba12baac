import type {Comparison} from "../decisions/types.js";
import type {ModelManifest, RunView} from "../site/types.js";
import {dataTable} from "./dataTable.js";
import {badge, type Content} from "./elements.js";
import {formatFor} from "./format.js";
import {scoreFormatOf} from "./intervalPlot.js";

/** A merge of a run against each of its parents that are candidates too, the best parent first. */
export interface MergeGain {
  candidate: string;
  model: ModelManifest;
  against: readonly Comparison[];
}

/** The merges in the order of the run's leaderboard. */
export function bestFirst(gains: readonly MergeGain[], run: RunView): MergeGain[] {
  const place = ({candidate}: MergeGain) =>
    run.verdict.summaries.findIndex((one) => one.candidate === candidate);
  return [...gains].sort((a, b) => place(a) - place(b));
}

/** Every merge of a run beside its best parent: whether merging paid, at a glance. */
export function mergeGains(gains: readonly MergeGain[], run: RunView): HTMLElement {
  const format = scoreFormatOf(run.verdict);
  const points = formatFor(run.verdict.summaries.map(({mean}) => mean));
  const summary = (name: string | undefined) =>
    run.verdict.summaries.find(({candidate}) => candidate === name);
  return dataTable(
    gains,
    [
      {name: "Merge", heading: true, value: ({candidate}) => candidate},
      {name: "Method", value: ({model}) => model.recipe?.method ?? "not recorded"},
      {
        name: `Mean ${run.primaryScorer}`,
        numeric: true,
        value: ({candidate}) => format.score(summary(candidate)?.mean)
      },
      {name: "Best parent", value: ({against: [best]}) => best?.b ?? "none was a candidate"},
      {
        name: "Mean",
        numeric: true,
        value: ({against: [best]}) => format.score(summary(best?.b)?.mean)
      },
      {
        name: `Difference, ${format.differenceUnit}`,
        numeric: true,
        value: ({against: [best]}) => points.difference(best?.difference)
      },
      {
        name: "Interval",
        numeric: true,
        value: ({against: [best]}) => points.differences(best?.low, best?.high)
      },
      {name: "Result", value: ({against: [best]}) => outcome(best)}
    ],
    {caption: "Merges beside their best parents, the best merge first"}
  );
}

function outcome(best: Comparison | undefined): Content {
  if (best?.low === undefined || best.high === undefined) return "–";
  if (best.low > 0) return badge("beats it", "good");
  return best.high < 0 ? badge("falls behind", "bad") : badge("cannot be told apart");
}
