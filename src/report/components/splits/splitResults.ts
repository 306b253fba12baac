import {html} from "htl";
import {runRecord} from "../address/address.js";
import {scoreName} from "../../../evals/decisions/scoreScale.js";
import {splitGaps} from "../../site/splitComparison.js";
import type {RunView, SplitComparison, SplitsView, VerdictsData} from "../../site/types.js";
import {dataTable} from "../tables/dataTable.js";
import type {PageContent} from "../text/elements.js";
import {countText, pluralText, scoreFormatOf} from "../text/format.js";
import {gapPlot, gapSentence} from "./splitGap.js";
import {classShiftOf, measuredNumber} from "./splitMeasures.js";
import {splitMeansQuery} from "./splitQueries.js";

/** What the choice of the split changes in the results: each eval that ran on several of these splits. */
export function splitResults(view: SplitsView, {runs}: VerdictsData): PageContent {
  const own = runs.filter(
    ({dataset, split}) =>
      dataset.name === view.dataset &&
      dataset.version === view.version.id &&
      view.splits.some(({id}) => id === split.id)
  );
  const evals = [...new Set(own.map(evalOf))].map((key) => own.filter((run) => evalOf(run) === key));
  const several = evals.filter((same) => same.length > 1);
  if (several.length === 0)
    return html`<p>
      No eval ran on two of these splits, so it is unknown what the choice changes in the scores. An eval that
      names several splits runs on each.
    </p>`;
  return several.map((same) => resultsOf(same, view));
}

const evalOf = ({eval: name, primaryScorer, split, verdict}: RunView) =>
  JSON.stringify([name, primaryScorer, verdict.figure, split.part]);

const isOnRandomSplit = ({split}: RunView) => split.strategy === "random" || split.strategy === "stratified";

function resultsOf(runs: readonly RunView[], view: SplitsView): PageContent {
  const reference =
    runs.find(({split}) => split.id === view.choice?.split) ??
    runs.find((run) => !isOnRandomSplit(run)) ??
    runs[0]!;
  const best = reference.verdict.best;
  const random = runs.find((run) => isOnRandomSplit(run) && run !== reference);
  const comparison: SplitComparison | undefined = random && {
    random: random.id,
    other: reference.id,
    otherName: reference.split.name,
    gaps: splitGaps(random.verdict, reference.verdict)
  };
  const sentence = comparison && gapSentence({...reference, splitComparison: comparison});
  const of = (run: RunView) => run.verdict.summaries.find(({candidate}) => candidate === best);
  const format = scoreFormatOf(reference.verdict);
  const gap = (run: RunView) =>
    run === reference
      ? undefined
      : splitGaps(run.verdict, reference.verdict).find(({candidate}) => candidate === best);
  return [
    html`<h3>${reference.title}</h3>`,
    best === undefined
      ? html`<p>Nothing was scored on split ${reference.split.name}.</p>`
      : [
          sentence ? html`<p>${sentence}</p>` : null,
          dataTable(
            [reference, ...runs.filter((run) => run !== reference)],
            [
              {name: "Split", heading: true, value: ({split}) => split.name},
              {
                name: `Rows, ${reference.split.part} part`,
                numeric: true,
                value: (run) => countText(run.rows)
              },
              {
                name: `${scoreName(reference.primaryScorer, reference.verdict.figure)} of ${best}`,
                numeric: true,
                value: (run) => format.score(of(run)?.mean)
              },
              {
                name: "95% interval",
                numeric: true,
                value: (run) => format.interval(of(run)?.low, of(run)?.high)
              },
              {
                name: `Minus ${reference.split.name}, ${format.differenceUnit}`,
                numeric: true,
                value: (run) => format.difference(gap(run)?.difference)
              },
              {
                name: "95% interval",
                numeric: true,
                value: (run) => format.differences(gap(run)?.low, gap(run)?.high)
              },
              {
                name: "Run",
                value: ({id}) => html`<a href=${runRecord(id)}>${id}</a>`
              }
            ],
            {
              caption: `Scores of ${best} by split`,
              made: {
                what: `The mean of ${best} on each split, and its distance from the one on ${reference.split.name}.`,
                n: `${pluralText(reference.rows, "row")} of ${reference.split.name}; the rows of the others stand beside them`,
                term: "split",
                sql: splitMeansQuery(
                  best,
                  runs.map(({id}) => id)
                ),
                engine: "splitGaps makes the intervals of the differences from those of the means",
                run: reference.id
              },
              highlight: ({split}) => split.id === view.choice?.split
            }
          )
        ],
    drifted(view, reference),
    comparison && comparison.gaps.length > 1
      ? [
          html`<p class="small">
            ${pluralText(comparison.gaps.length, "candidate")}: score on the random split minus score on
            ${reference.split.name}. Above zero the random split makes a candidate look better than on rows it
            has nothing to do with.
          </p>`,
          gapPlot(comparison, format)
        ]
      : null
  ];
}

/** Strong class drift moves scores too, whatever a split leaks. */
function drifted({splits}: SplitsView, {split}: RunView): PageContent {
  const own = splits.find(({id}) => id === split.id);
  return own && classShiftOf(own) === "strong"
    ? html`<p class="small">
        Under ${split.name} the classes of test and training rows differ strongly (PSI
        ${measuredNumber(own, "labelPsi")!.toFixed(3)}), so part of the difference is drift, not leakage.
      </p>`
    : null;
}
