import {html} from "htl";
import {linkTo, runRecord} from "../address/address.js";
import type {CandidateChange, RunChange, RunView} from "../../site/types.js";
import {dataTable} from "../tables/dataTable.js";
import {badge, type BadgeKind, type PageContent, details, section} from "../text/elements.js";
import {
  countText,
  formatFor,
  joinedNames,
  pluralText,
  pValue,
  type ScoreFormat,
  time
} from "../text/format.js";
import {quotedText} from "../text/sqlText.js";

const STATUS: Record<CandidateChange["status"], {name: string; badge: BadgeKind}> = {
  regressed: {name: "regressed", badge: "bad"},
  improved: {name: "improved", badge: "good"},
  unchanged: {name: "unchanged", badge: "even"},
  undecided: {name: "no clear change", badge: "plain"}
};

/** Where the scorer is not the same. */
const SCORED: typeof STATUS = {
  ...STATUS,
  regressed: {name: "scored lower", badge: "plain"},
  improved: {name: "scored higher", badge: "plain"}
};

/** What changed since the complete run before: the best candidate, those that moved beyond chance, and what was not the same. */
export function changes(run: RunView, change: RunChange): HTMLElement {
  const format = formatFor(change.candidates.flatMap(({before, after}) => [before, after]));
  const best = change.candidates.find(({candidate}) => candidate === run.verdict.best);
  return section(
    "What changed",
    html`<p>${headline(change)}</p>`,
    best?.difference === undefined ? null : html`<p>${bestSentence(best, format)}</p>`,
    html`<p class="small">${context(change)}</p>`,
    change.candidates.some(({worse, better, newlyFailed}) => worse + better + newlyFailed > 0)
      ? html`<p><a href=${linkTo("./changes")} data-keep-run>Rows that changed</a></p>`
      : null,
    change.candidates.length === 0
      ? null
      : details("Every candidate against itself", changeTable(run, change, format))
  );
}

function headline({candidates, sameScorer}: RunChange): string {
  const named = (status: CandidateChange["status"]) =>
    candidates.filter((one) => one.status === status).map(({candidate}) => candidate);
  const moved = [
    named("regressed").length > 0
      ? `${joinedNames(named("regressed"))} ${sameScorer ? "regressed" : "scored lower"}`
      : "",
    named("improved").length > 0
      ? `${joinedNames(named("improved"))} ${sameScorer ? "improved" : "scored higher"}`
      : ""
  ].filter(Boolean);
  if (moved.length > 0)
    return `${moved.join("; ")}, beyond chance${sameScorer ? "" : ", by another scorer"}.`;
  if (candidates.every(({difference}) => difference === undefined))
    return "No candidate has rows in common with the run before.";
  if (candidates.every(({difference, worse, better}) => difference === undefined || worse + better === 0))
    return "Nothing: every candidate scored as before on every row that both runs have.";
  return "No candidate changed beyond chance.";
}

function bestSentence(
  {candidate, before, after, difference, low, high, better, worse, rows}: CandidateChange,
  format: ScoreFormat
): string {
  const moved =
    better + worse === 0
      ? `the same on each of ${pluralText(rows, "shared row")}`
      : `${format.difference(difference)} (${format.differences(low, high)}) on ${pluralText(rows, "shared row")}, ${countText(better)} better and ${countText(worse)} worse`;
  return `${candidate}: ${format.score(before)} → ${format.score(after)}, ${moved}.`;
}

function context({before, rows, differs, added, gone}: RunChange): PageContent {
  return [
    "Against ",
    html`<a href=${runRecord(before.id)}>the run of ${time(before.sealedAt)} UTC</a>`,
    `, ${countText(rows.shared)} of ${pluralText(rows.now, "row")} in both. `,
    differs.length > 0 ? `Not the same: ${joinedNames(differs)}. ` : "",
    added.length > 0 ? `New: ${joinedNames(added)}. ` : "",
    gone.length > 0 ? `Gone: ${joinedNames(gone)}.` : ""
  ];
}

function changeTable(
  run: RunView,
  {before, rows, candidates, sameScorer}: RunChange,
  format: ScoreFormat
): HTMLElement {
  const statuses = sameScorer ? STATUS : SCORED;
  return dataTable(
    candidates,
    [
      {name: "Candidate", heading: true, value: ({candidate}) => candidate},
      {name: "Before", numeric: true, value: ({before}) => format.score(before)},
      {name: "Now", numeric: true, value: ({after}) => format.score(after)},
      {
        name: `Change, ${format.differenceUnit}`,
        numeric: true,
        value: ({difference}) => format.difference(difference)
      },
      {name: "Interval", numeric: true, value: ({low, high}) => format.differences(low, high)},
      {name: "Rows", numeric: true, value: ({rows}) => countText(rows)},
      {
        name: "Better / worse",
        numeric: true,
        value: ({better, worse}) => `${countText(better)} / ${countText(worse)}`
      },
      {name: "p, Holm", numeric: true, value: ({adjustedP}) => pValue(adjustedP)},
      {name: "Result", value: ({status}) => badge(statuses[status].name, statuses[status].badge)}
    ],
    {
      caption: "Every candidate against itself in the run before",
      made: {
        what: `Every candidate's ${run.verdict.figure ?? "mean"} in this run and in the run before, and the difference on the rows that both runs have.`,
        n: pluralText(rows.shared, "shared row"),
        term: "difference",
        sql: `select candidate, run, mean, low, high, scored
from history
where run in (${quotedText(before.id)}, ${quotedText(run.id)})
order by candidate, sealed_at`,
        engine: "regressionsOf makes the changes on the rows that both runs have",
        run: run.id
      }
    }
  );
}
