import {html} from "htl";
import {scoreName, writerOf} from "../../../evals/decisions/scoreScale.js";
import type {CandidateCost, HeldBy, Verdict} from "../../../evals/decisions/types.js";
import type {CandidateView, RunView} from "../../site/types.js";
import {linkTo} from "../address/address.js";
import {badge, type BadgeKind, details, type PageContent} from "../text/elements.js";
import {countText, dollars, durationText, pluralText, scoreFormatOf, percentText} from "../text/format.js";
import {importedFrom} from "../../site/importedFrom.js";
import {howMade, type Provenance} from "../notes/made.js";
import {leaderboardQuery} from "../rows/scoreQueries.js";
import {DEFAULT_VOLUME} from "../../../base/costs/index.js";
import {gateLine} from "./gateLine.js";
import {latencyInterval, latencyNote} from "./latencyNote.js";
import {type Tile, tiles} from "../notes/tiles.js";

const KINDS: Record<Verdict["kind"], {name: string; badge: BadgeKind}> = {
  pick: {name: "Pick", badge: "good"},
  tie: {name: "Tie", badge: "even"},
  "need-more": {name: "Best undecided", badge: "open"},
  "no-scores": {name: "No scores", badge: "bad"}
};

const HELD: Record<HeldBy, string> = {
  leakage: "Check for leakage",
  failures: "Check the failures",
  judge: "Check the judge"
};

/** The verdict's kind as a small label. */
export function verdictBadge(verdict: Verdict): HTMLElement {
  if (verdict.held) return badge(HELD[verdict.heldBy ?? "leakage"], "bad");
  if (isByBudget(verdict)) return badge("Pick by budget", "open");
  if (verdict.kind === "need-more" && verdict.race?.outcome === "within-margin")
    return badge("Within the margin", "even");
  const {name, badge: kind} = KINDS[verdict.kind];
  return badge(name, hasUnscored(verdict) ? "open" : kind);
}

/** How often a race for a budget drops the best is unknown. */
function isByBudget({kind, race}: Verdict): boolean {
  return kind === "pick" && race !== undefined && race.errorRate === undefined;
}

/** A pick that one who was never scored might have beaten. */
function hasUnscored({kind, race, summaries}: Verdict): boolean {
  const unscored = race
    ? race.dropped.some(({why}) => why === "no-scores")
    : summaries.some(({scored}) => scored === 0);
  return kind === "pick" && unscored;
}

/**
 * What to do first, then the figure that shows it, then how sure and on what.
 * @param shown the figure
 */
export function verdictCard(run: RunView, shown: PageContent): HTMLElement {
  const {verdict} = run;
  const clusters = verdict.summaries.some((summary) => summary.method?.includes("cluster"));
  return html`<section
    class=${`verdict verdict-${verdict.held || isByBudget(verdict) || hasUnscored(verdict) ? "need-more" : verdict.kind}`}
    aria-label="Verdict"
  >
    <p class="eyebrow">
      ${verdictBadge(verdict)}${
        run.status === "partial" && !verdict.race ? badge("Partial run", "bad") : null
      }${run.imported ? badge("Imported scores", "open") : null}
    </p>
    <h2 class="headline">${verdict.action}</h2>
    <p class="sentence lead">${verdict.sentence}</p>
    ${shown} ${tiles(figures(run))} ${gateLine(run)}
    ${verdict.cheaper ? html`<p class="aside">${cheaperText(run)}</p>` : null}
    ${details(
      "How sure, and on what",
      run.imported ? html`<p class="aside">${importedFrom(run.imported)}</p>` : null,
      winnerText(run),
      run.description ? html`<p class="small">${run.description}</p>` : null,
      html`<p class="small">
        ${basis(run)} ${clusters ? "Rows of one group count as related, not as independent." : null}
      </p>`,
      verdict.kind === "no-scores" ? null : howMade(verdictProvenance(run))
    )}
  </section>`;
}

function verdictProvenance({id, rows, primaryScorer: scorer, verdict}: RunView): Provenance {
  const isChosen = !verdict.race && verdict.comparisons.length > 1;
  return {
    what: "What to do, from every candidate's score on the same rows, what it costs and how fast it answers.",
    n: pluralText(rows, "row"),
    term: "not-shown-to-be-worse",
    sql: leaderboardQuery({scorer}, id),
    engine: `decide makes the verdict of the scores row by row, meanInterval and pairedDifference its intervals${isChosen ? "; that of a difference from the best does not allow for the best having been picked first, the p value does" : ""}`,
    figure: verdict.figure,
    run: id
  };
}

/** What the verdict rests on: its error rate and margin, or the race it comes from. */
function basis({verdict}: RunView): PageContent {
  const margin = `a margin of ${writerOf(verdict.scale).difference(verdict.margin)}`;
  const {race} = verdict;
  if (!race && verdict.comparisons.length === 0) return null;
  if (!race)
    return `A difference that is only chance is taken for a real one in at most ${percentText(verdict.alpha)} of such evals, over all pairs (Holm). Differences within ${margin} do not matter.`;
  const saved = race.callsOfEverything > 0 ? 1 - race.calls / race.callsOfEverything : undefined;
  const promise =
    race.errorRate === undefined
      ? "within a budget, without an error rate"
      : `at an error rate of ${percentText(race.errorRate)} over all pairs and rounds`;
  return html`<span
    >Decided by <a href=${linkTo("./races")}>a race</a> of ${pluralText(race.rounds, "round")} ${promise},
    with ${margin}; it saved ${percentText(saved)} of the calls. Means and intervals are those of its last
    round.</span
  >`;
}

/** The cheaper candidate that is not worse by more than the margin, or that there is none. */
function cheaperText({verdict}: RunView): PageContent {
  const {cheaper, costs} = verdict;
  const prices = Object.values(costs ?? {}).flatMap(({price}) => (price ? [price.asOf] : []));
  const dated = prices.length > 0 ? ` Prices as of ${[...new Set(prices)].sort().join(", ")}.` : "";
  return [cheaper!.sentence, html`<small>${dated}</small>`];
}

/** The best of several looks better than it is; said when that is worth more than a tenth of a point. */
function winnerText({verdict, status}: RunView): PageContent {
  const {winner, best, summaries} = verdict;
  const format = scoreFormatOf(verdict);
  if (!winner || format.score(winner.naive) === format.score(winner.estimate)) return null;
  const scored = summaries.find(({candidate}) => candidate === best)?.scored;
  const partial = status === "partial" && !verdict.race ? "Of a partial run: " : "";
  const shared =
    winner.rows === scored
      ? partial
      : `${partial === "" ? "On" : `${partial}on`} the ${pluralText(winner.rows, "row")} that all candidates share ${best} scored ${format.score(winner.naive)}. `;
  return html`<p class="aside">
    ${shared}Picking the highest of ${pluralText(summaries.filter((one) => one.scored > 0).length, "score")}
    overestimates it (winner's curse). Corrected: ${format.score(winner.estimate)}
    (${format.interval(winner.low, winner.high)}).
  </p>`;
}

/** Figures of the candidate that the action names, and its difference from the baseline, or from the best where it is the baseline. */
function figures(run: RunView): Tile[] {
  const {verdict, named = verdict.best} = run;
  const format = scoreFormatOf(verdict);
  const own = verdict.summaries.find(({candidate}) => candidate === named);
  const view = run.candidates.find(({name}) => name === named);
  const baseline = run.candidates.find((one) => one.baseline)?.name;
  const against = differenceOf(run, named === baseline ? verdict.best : baseline);
  const cost = verdict.costs?.[named ?? ""];
  const unscored = verdict.summaries.reduce((sum, one) => sum + one.planned - one.scored, 0);
  return [
    {
      label: own?.candidate ?? "Best",
      means: "mean",
      value: format.score(own?.mean),
      note: own
        ? `${format.interval(own.low, own.high)}, ${scoreName(run.primaryScorer, verdict.figure)}${ofRows(own.scored, run)}`
        : undefined
    },
    ...(against ? [{label: `Against ${against.name}`, means: "difference", ...against.tile}] : []),
    {
      label: "Cost per 1,000 rows",
      value: dollars(cost?.usdPerThousand ?? view?.hosted?.usdPerThousand),
      note: costNote(run, cost, view)
    },
    {
      label: "95% answered within",
      value: durationText(view?.p95LatencyMs),
      note:
        view?.p95LatencyMs === undefined
          ? "no time stated"
          : [
              ...latencyInterval(view),
              ...latencyNote(view, {concurrency: run.concurrency, planned: run.rows * run.repeats})
            ].join(", ")
    },
    ...(unscored > 0 ? [{label: "Scores missing", value: countText(unscored)}] : [])
  ];
}

/** The named candidate minus another one, where the verdict compares the two; twins differ by nothing. */
function differenceOf(
  {verdict, named = verdict.best}: RunView,
  other: string | undefined
): {name: string; tile: Pick<Tile, "value" | "note">} | undefined {
  const twins = verdict.sameWeights?.some((names) => names.includes(named!) && names.includes(other!));
  if (other === undefined || other === named || twins) return undefined;
  const pair = verdict.comparisons.find(
    ({a, b}) => (a === named && b === other) || (a === other && b === named)
  );
  if (pair?.difference === undefined) return undefined;
  const {difference, low, high} = pair;
  const turned = pair.a !== named;
  const format = scoreFormatOf(verdict);
  const range =
    low === undefined || high === undefined
      ? undefined
      : turned
        ? format.differences(-high, -low)
        : format.differences(low, high);
  return {
    name: other,
    tile: {
      value: format.difference(turned ? -difference : difference),
      note: [range, format.differenceUnit === "points" ? "points" : ""].filter(Boolean).join(", ")
    }
  };
}

/** Of how many rows a figure is, where that is not all of them. */
const ofRows = (rows: number, run: RunView) => (rows < run.rows ? `, of ${pluralText(rows, "row")}` : "");

function costNote(
  run: RunView,
  cost: CandidateCost | undefined,
  view: CandidateView | undefined
): PageContent {
  const costs = html`<a href=${linkTo("./costs")} data-keep-run>Costs</a>`;
  if (cost) {
    const [low, high] = [dollars(cost.low), dollars(cost.high)];
    const priced = [
      low === high ? "" : `${low} to ${high}`,
      cost.rows < run.rows ? `of ${pluralText(cost.rows, "row")}` : ""
    ];
    return priced.filter(Boolean).join(", ");
  }
  if (view?.hosted)
    return html`${view.hosted.hosting}, at ${countText(DEFAULT_VOLUME)} requests a month: ${costs}`;
  if (view?.costByHosting) return html`by hosting and volume: see ${costs}`;
  if (!view?.isPriced) return "no price stated";
  return html`not known of ${countText(view.unpriced)} of ${pluralText(view.completed, "answer")}: see
  ${costs}`;
}
