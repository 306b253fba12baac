import {html} from "htl";
import {runRecord} from "../address/address.js";
import {observationsText, splitText} from "../../../evals/decisions/points.js";
import type {RaceDrop, RaceOutcome, RaceRound} from "../../../evals/decisions/raceTypes.js";
import type {RaceScores, RaceView} from "../../site/types.js";
import type {RaceChange} from "./chooseRace.js";
import {dataTable} from "../tables/dataTable.js";
import {
  badge,
  type BadgeKind,
  type PageContent,
  details,
  flat,
  furtherSection,
  nothing,
  section
} from "../text/elements.js";
import {countText, formatFor, pluralText, percentText} from "../text/format.js";
import {howMade} from "../notes/made.js";
import {AS_RUN, dropsQuery, roundsQuery} from "./raceQueries.js";
import {raceLanes} from "./raceLanes.js";
import {raceLeads} from "./raceLeads.js";
import {behind, raceRound} from "./raceRound.js";
import {everythingText, type RaceCourse, replay} from "./raceScores.js";
import {tiles} from "../notes/tiles.js";

const OUTCOMES: Record<RaceOutcome["kind"], {name: string; badge: BadgeKind}> = {
  pick: {name: "Pick", badge: "good"},
  "within-margin": {name: "Within the margin", badge: "even"},
  "rows-used-up": {name: "Undecided", badge: "open"},
  stopped: {name: "Stopped", badge: "open"}
};

const points = formatFor([]);

/**
 * A race from its start to its end: what it saved, who was dropped when and why, and how the intervals narrowed. It is run
 * again here on its own scores, with the settings chosen; without them it is drawn from its record.
 */
export function raceReplay(
  race: RaceView | null,
  scores: RaceScores | null,
  changed: RaceChange | null
): PageContent {
  if (!race) return nothing();
  const asRun = Object.entries(changed ?? {}).every(
    ([name, value]) => race.settings[name as keyof RaceChange] === value
  );
  const course: RaceCourse | undefined = scores ? replay(race, scores, changed ?? {}) : race;
  if (!course)
    return section(
      "With these settings the race would have gone on",
      html`<p>
        It would have asked a candidate about rows that it was never asked about, so it is unknown how it
        would have ended. Choose a higher error rate or a wider margin, or run it with
        <code>npx assay run ${race.eval} --race --error-rate ${String(changed?.errorRate ?? "")}</code>.
      </p>`
    );
  const drops = course.rounds.flatMap((round) => round.dropped.map((drop) => ({...drop, round})));
  return html`<div>
    ${card(race, course, asRun, scores !== null)}
    ${
      drops.length > 0
        ? furtherSection(
            "Who was dropped, and why",
            dropTable(race.id, drops),
            groupsNote(drops.some(({round}) => round.grouped))
          )
        : null
    }
    ${furtherSection(
      "How sure it was after each round",
      race.settings.errorRate === undefined
        ? html`<p>
            A race for a budget drops the worse half of each round and has no intervals: it promises the best
            choice that the budget buys, and no error rate.
          </p>`
        : raceLeads(race.id, course)
    )}
    ${furtherSection("Round by round", raceRound(race.id, course), details("All rounds", roundTable(race.id, course)))}
  </div>`;
}

function card(race: RaceView, course: RaceCourse, asRun: boolean, replayed: boolean): HTMLElement {
  const {settings, rounds, outcome} = course;
  const kind = OUTCOMES[outcome?.kind ?? "stopped"];
  const calls = outcome?.calls ?? rounds.reduce((sum, round) => sum + round.calls, 0);
  const everything =
    outcome?.callsOfEverything ?? settings.rows * settings.candidates.length * settings.repeats;
  const made = asRun ? race.rounds.reduce((sum, {newCalls = 0}) => sum + newCalls, 0) : undefined;
  const still = outcome?.set.length ?? rounds.at(-1)?.candidates.length ?? 0;
  return html`<section
    class=${`verdict ${outcome?.kind === "pick" ? "verdict-pick" : outcome?.kind === "within-margin" ? "verdict-tie" : "verdict-need-more"}`}
    aria-label="Outcome of the race"
  >
    <p class="eyebrow">
      ${badge(kind.name, kind.badge)}<span>${race.title}</span><span>${splitText(race.split)}</span
      ><span>${race.scorer}</span>
    </p>
    <p class="sentence">${outcome?.sentence ?? "The race has not ended."}</p>
    ${flat([raceLanes(race.id, course)])}
    ${tiles([
      {
        label: "Calls saved",
        value: percentText(everything > 0 ? 1 - calls / everything : undefined),
        note: `${countText(everything - calls)} never made`
      },
      {label: "Calls it took", value: countText(calls), note: `of ${countText(everything)} for everything`},
      ...(made === undefined
        ? []
        : [
            {
              label: "Newly made",
              value: countText(made),
              note: made < calls ? `${countText(calls - made)} were in the store` : "none was in the store"
            }
          ]),
      {
        label: "Rounds",
        value: countText(rounds.length),
        note: `up to ${countText(rounds.at(-1)?.rows)} of ${countText(settings.rows)} rows`
      },
      {
        label: "Still in",
        value: countText(still),
        note: `of ${pluralText(settings.candidates.length, "candidate")}`
      }
    ])}
    ${asRun ? comparedWithEverything(race, course) : null}
    <p class="small">
      ${
        settings.errorRate === undefined
          ? `Budget: ${settings.budgetCalls === undefined ? `$${settings.budgetUsd}` : pluralText(settings.budgetCalls, "call")}.`
          : `Error rate ${percentText(settings.errorRate)} over all pairs and rounds, however often it is looked at; margin ${(100 * settings.margin).toFixed(1)} points.`
      }
      ${
        replayed
          ? asRun
            ? sameAsRecord(race, course)
              ? "Run again in this page from the stored scores: every round came out as recorded."
              : "Run again in this page from the stored scores, it came out otherwise than recorded: the scores or the code have changed since."
            : "Run again in this page with other settings than it was run with."
          : "Drawn from the record: the scores of its rounds are not in the store any more."
      }
    </p>
    ${howMade({
      what: "What the race asked and saved: calls made, round by round, against those of asking everybody everything.",
      n: pluralText(settings.rows, "row"),
      term: "race",
      sql: roundsQuery(race.id),
      engine: AS_RUN
    })}
  </section>`;
}

function comparedWithEverything({everything}: RaceView, course: RaceCourse): HTMLElement | null {
  if (!everything || course.outcome?.best === undefined) return null;
  const {run, eval: name} = everything;
  return html`<p>
    ${everythingText(course, everything)}
    <small>That is <a href=${runRecord(run)}>${run}</a> of ${name}.</small>
  </p>`;
}

function sameAsRecord(race: RaceView, course: RaceCourse): boolean {
  const plain = (rounds: readonly RaceRound[]) =>
    JSON.stringify(
      rounds.map(({rows, candidates, calls, standings, pairs, dropped}) => [
        rows,
        candidates,
        calls,
        standings,
        pairs,
        dropped
      ])
    );
  return plain(race.rounds) === plain(course.rounds);
}

type Drop = RaceDrop & {round: RaceRound};

function dropTable(race: string, drops: readonly Drop[]): HTMLElement {
  return dataTable(
    drops,
    [
      {name: "Dropped", heading: true, value: (drop) => drop.candidate},
      {name: "Round", numeric: true, value: ({round}) => countText(round.round)},
      {name: "Rows", numeric: true, value: ({round}) => countText(round.rows)},
      {name: "Mean then, over rows", numeric: true, value: (drop) => points.score(meanInRound(drop))},
      {
        name: "Why",
        value: (drop) =>
          html`<span
            >${whyOf(drop)}${drop.lead ? html`<small>compared on ${observationsText(drop.lead.observations, drop.round.grouped)}</small>` : null}</span
          >`
      },
      {
        name: "Behind by, points",
        numeric: true,
        value: ({lead, round}) => behind(lead, round.grouped)
      },
      {name: "Interval", numeric: true, value: ({lead}) => points.differences(lead?.low, lead?.high)}
    ],
    {
      caption: "Candidates that were dropped, in the order they went",
      cards: true,
      made: {
        what: "Who was dropped in which round, and the interval of the lead that decided.",
        n: `${pluralText(drops.length, "candidate")} that left; beside each stands on how many ${drops.some(({round}) => round.grouped) ? "groups" : "rows"}`,
        term: "always-valid",
        sql: dropsQuery(race),
        engine: AS_RUN
      }
    }
  );
}

function groupsNote(grouped: boolean): HTMLElement | null {
  return grouped
    ? html`<p class="small">
        Rows that share a group count once in a lead, with their mean: it is the difference of the two means
        beside it, over the groups that both were scored on, not of the means over rows.
      </p>`
    : null;
}

function meanInRound({round, candidate}: Drop): number | undefined {
  return round.standings.find((one) => one.candidate === candidate)?.mean;
}

function whyOf({why, by}: Drop): string {
  if (why === "no-scores") return "not one of its rows was scored";
  return why === "worse" ? `${by} is better` : "among the worst of its round";
}

function roundTable(race: string, {rounds, settings}: RaceCourse): HTMLElement {
  let calls = 0;
  const lines = rounds.map((round) => {
    calls += round.calls;
    return {...round, total: calls, everything: round.rows * settings.candidates.length * settings.repeats};
  });
  return dataTable(
    lines,
    [
      {name: "Round", heading: true, value: ({round}) => countText(round)},
      {name: "Rows", numeric: true, value: ({rows}) => countText(rows)},
      {name: "Candidates in", numeric: true, value: ({candidates}) => countText(candidates.length)},
      {name: "Dropped", numeric: true, value: ({dropped}) => countText(dropped.length)},
      {name: "Calls", numeric: true, value: (round) => countText(round.calls)},
      {name: "Calls so far", numeric: true, value: ({total}) => countText(total)},
      {name: "Without dropping", numeric: true, value: ({everything}) => countText(everything)},
      {name: "Newly made", numeric: true, value: ({newCalls}) => countText(newCalls)}
    ],
    {
      caption: "Rounds of the race",
      made: {
        what: "Candidates, drops and calls of every round.",
        n: pluralText(settings.rows, "row"),
        term: "race",
        sql: roundsQuery(race),
        engine: AS_RUN
      }
    }
  );
}
