import {html} from "htl";
import {observationsText} from "../../../evals/decisions/points.js";
import type {RaceRound} from "../../../evals/decisions/raceTypes.js";
import {dataTable} from "../tables/dataTable.js";
import {badge, type PageContent, freshId} from "../text/elements.js";
import {countText, formatFor, pluralText} from "../text/format.js";
import {slider} from "../inputs/inputs.js";
import {AS_RUN, standingsQuery} from "./raceQueries.js";
import {leadOf, type RaceLead} from "../../../evals/decisions/raceLead.js";
import type {RaceCourse} from "./raceScores.js";

const points = formatFor([]);

/** The standings after a round that a reader chooses: who led whom by how much, and who had to go. */
export function raceRound(race: string, {rounds}: RaceCourse): PageContent {
  if (rounds.length === 0) return html`<p>No round was finished.</p>`;
  const which = slider({
    label: "Round",
    key: "round",
    min: 1,
    max: rounds.length,
    value: Math.max(1, rounds.findIndex(({dropped}) => dropped.length > 0) + 1),
    write: (n) => `${countText(n)} of ${countText(rounds.length)}, ${pluralText(rounds[n - 1]!.rows, "row")}`
  });
  const id = freshId("round");
  const place = html`<div id=${id}></div>`;
  const show = () => place.replaceChildren(standings(race, rounds[which.value - 1]!));
  which.addEventListener("input", (event) => {
    event.stopPropagation();
    show();
  });
  show();
  return [which, place];
}

function standings(race: string, round: RaceRound): HTMLElement {
  const leader = round.standings[0]!.candidate;
  const drops = new Map(round.dropped.map((drop) => [drop.candidate, drop]));
  return dataTable(
    round.standings,
    [
      {name: "Candidate", heading: true, value: ({candidate}) => candidate},
      {name: "Mean", numeric: true, value: ({mean}) => points.score(mean)},
      {name: "Scored", numeric: true, value: ({scored}) => `${countText(scored)} / ${countText(round.rows)}`},
      {
        name: "Behind the leader, points",
        numeric: true,
        value: ({candidate}) => behind(leadOf(round.pairs, leader, candidate), round.grouped)
      },
      {
        name: "Interval",
        numeric: true,
        value: ({candidate}) => {
          const lead = leadOf(round.pairs, leader, candidate);
          return points.differences(lead?.low, lead?.high);
        }
      },
      {
        name: "After the round",
        value: ({candidate}) => (drops.has(candidate) ? badge("dropped", "bad") : badge("still in", "good"))
      }
    ],
    {
      caption: `Standings after round ${round.round}`,
      made: {
        what: "The mean of every candidate that was still in, and its distance to the leader on the rows that both have.",
        n: pluralText(round.rows, "row"),
        term: "race",
        sql: standingsQuery(race, round.round),
        engine: AS_RUN
      }
    }
  );
}

/** A lead with the two means that it is the difference of: a candidate's own mean is over all that it was scored on. */
export function behind(lead: RaceLead | undefined, grouped: RaceRound["grouped"]): PageContent {
  if (!lead) return points.difference(undefined);
  const {estimate, meanBy, mean, observations} = lead;
  return [
    points.difference(estimate),
    meanBy === undefined || mean === undefined
      ? null
      : html`<small
          >${points.score(meanBy)} against ${points.score(mean)} on
          ${observationsText(observations, grouped)}</small
        >`
  ];
}
