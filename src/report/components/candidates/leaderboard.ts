import type {ScoreChoice} from "../rows/runRows.js";
import {scoreName} from "../../../evals/decisions/scoreScale.js";
import {valueName} from "../../../evals/decisions/valueName.js";
import {meanName, meanTitle} from "../text/names.js";
import {scaleLinear} from "d3";
import {html, svg} from "htl";
import {DEFAULT_VOLUME} from "../../../base/costs/index.js";
import type {CandidateSummary, Verdict} from "../../../evals/decisions/types.js";
import type {CandidateView, RunView} from "../../site/types.js";
import {type GroupedColumn, dataTable} from "../tables/dataTable.js";
import {type PageContent, nothing, section} from "../text/elements.js";
import {
  countText,
  dollars,
  durationText,
  joinedNames,
  pluralText,
  type ScoreFormat,
  scoreFormatOf
} from "../text/format.js";
import {loadNote, latencyInterval, latencyNote} from "../verdict/latencyNote.js";
import {leadText} from "../verdict/overview.js";
import {leaderboardQuery} from "../rows/scoreQueries.js";
import {verdictBadge} from "../verdict/verdictCard.js";

interface LeaderboardLine {
  summary: CandidateSummary;
  view: CandidateView | undefined;
}

/** Every candidate with its score and interval, how many rows were scored, what it costs and how long it takes. */
export function leaderboard(
  run: RunView | null,
  choice: ScoreChoice | null,
  verdict: Verdict | undefined
): PageContent {
  if (!run || !choice || !verdict) return nothing();
  const lines = verdict.summaries.map((summary) => ({
    summary,
    view: run.candidates.find((candidate) => candidate.name === summary.candidate)
  }));
  const format = scoreFormatOf(verdict);
  const rows = verdict.summaries[0]?.planned ?? 0;
  const of = choice.slice ? `${choice.slice.name} ${valueName(choice.slice.value)}` : "all rows";
  const lead = leadText(verdict);
  return section(
    `${scoreName(choice.scorer, verdict.figure)}, ${of}${lead === undefined || rows === 0 ? "" : `: ${lead}`}`,
    html`<p class="eyebrow">${verdictBadge(verdict)}<span>${pluralText(rows, "row")}</span></p>`,
    html`<p>${verdict.sentence}</p>`,
    rows === 0
      ? html`<p>No row falls into this slice.</p>`
      : dataTable(lines, leaderboardColumns(verdict, format), {
          caption: "Candidates, the best first",
          cards: true,
          made: {
            what: `The ${meanName(choice.scorer, verdict.figure)} of every candidate with its interval; cost and latency are those of the whole run.`,
            n: pluralText(rows, "row"),
            term: "interval",
            sql: leaderboardQuery(choice, run.id),
            engine: "meanInterval of assay/stats makes the intervals",
            figure: verdict.figure,
            run: run.id
          },
          highlight: ({summary}) => verdict.set.includes(summary.candidate)
        }),
    html`<p class="small">
      Intervals at ${Math.round(100 * (1 - verdict.alpha))}%. Failures, reuse, cost and latency are those of
      the whole run; a reused completion keeps what it took the first time. Cost counts all repeats of a row;
      the page Costs counts requests, and fills in failed rows. ${loadNote(run)}
    </p>`
  );
}

function leaderboardColumns(verdict: Verdict, format: ScoreFormat): GroupedColumn<LeaderboardLine>[] {
  const draw = intervalCell(verdict, format);
  return [
    {
      name: "Candidate",
      heading: true,
      value: ({summary, view}) =>
        html`<span
          >${summary.candidate}${twinNote(verdict, summary.candidate)}${view ? notes(view) : null}</span
        >`
    },
    {name: meanTitle(verdict.figure), numeric: true, value: ({summary}) => format.score(summary.mean)},
    {name: "Interval", numeric: true, value: ({summary}) => format.interval(summary.low, summary.high)},
    {name: "", note: draw.ends, value: ({summary}) => draw.cell(summary)},
    {
      name: "Scored",
      numeric: true,
      value: ({summary, view}) =>
        html`<span
          >${countText(summary.scored)} / ${countText(summary.planned)}${view ? counts(view) : null}</span
        >`
    },
    {
      name: "Cost per 1,000 rows",
      numeric: true,
      value: ({view}) => [
        dollars(view?.costPerThousand ?? view?.hosted?.usdPerThousand),
        view?.hosted
          ? html`<small>${view.hosted.hosting}, at ${countText(DEFAULT_VOLUME)} requests a month</small>`
          : view
            ? unpricedNote(view)
            : null
      ]
    },
    {
      name: "Latency, median",
      numeric: true,
      value: ({view}) => [
        durationText(view?.p50LatencyMs),
        view?.p95LatencyMs === undefined
          ? null
          : html`<small
              >${[`95% within ${durationText(view.p95LatencyMs)}`, ...latencyInterval(view), ...latencyNote(view)].join(", ")}</small
            >`
      ]
    }
  ];
}

/** Names the candidates that stand for the same weights. */
function twinNote({sameWeights = []}: Verdict, candidate: string): HTMLElement | null {
  const twins = sameWeights.find((names) => names.includes(candidate))?.filter((name) => name !== candidate);
  return twins && twins.length > 0 ? html`<small>the same weights as ${joinedNames(twins)}</small>` : null;
}

function notes(view: CandidateView): HTMLElement[] {
  const made = view.lineage.map(joinedNames).join(" ← ");
  return [
    html`<small
      >${[view.baseline ? "baseline" : undefined, view.endpoint, view.hosting].filter((one) => one !== undefined).join(", ")}</small
    >`,
    ...(made ? [html`<small>from ${made}</small>`] : [])
  ];
}

function counts({failed, reused}: CandidateView): HTMLElement | null {
  const parts = [
    failed > 0 ? `${countText(failed)} failed` : "",
    reused > 0 ? `${countText(reused)} reused` : ""
  ];
  const text = parts.filter(Boolean).join(", ");
  return text ? html`<small>${text}</small>` : null;
}

/** How many answers have no known cost, where others have one. */
function unpricedNote({completed, unpriced}: CandidateView): HTMLElement | null {
  return unpriced > 0 && unpriced < completed
    ? html`<small>${pluralText(unpriced, "answer")} without a known cost</small>`
    : null;
}

/** Draws intervals of one table on one scale. */
function intervalCell(verdict: Verdict, format: ScoreFormat) {
  const width = 150;
  const values = verdict.summaries.flatMap(({low, mean, high}) =>
    [low, mean, high].filter((value) => value !== undefined)
  );
  const x = scaleLinear([Math.min(...values), Math.max(...values)], [6, width - 6]).nice();
  const [low = 0, high = 1] = values.length > 0 ? x.domain() : [];
  const cell = ({candidate, mean, low: from, high: to}: CandidateSummary): PageContent => {
    if (mean === undefined) return "–";
    const color = verdict.set.includes(candidate) ? "var(--accent)" : "var(--quiet)";
    return svg`<svg class="interval" width=${width} height="20" viewBox=${`0 0 ${width} 20`} aria-hidden="true">
      <line x1="6" x2=${width - 6} y1="10" y2="10" stroke="var(--line)"></line>
      ${
        from === undefined || to === undefined
          ? null
          : svg`<line x1=${x(from)} x2=${x(to)} y1="10" y2="10" stroke=${color} stroke-width="5" stroke-opacity="0.4" stroke-linecap="round"></line>`
      }
      <circle cx=${x(mean)} cy="10" r="4.5" fill=${color}></circle>
    </svg>`;
  };
  const ends = html`<span class="ends"
    ><span class="hidden">drawn from </span><span>${format.score(low)}</span><span class="hidden"> to </span
    ><span>${format.score(high)}</span></span
  >`;
  return {ends, cell};
}
