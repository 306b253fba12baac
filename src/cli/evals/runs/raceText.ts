import {
  observationsText,
  points,
  type RaceDrop,
  type RaceRecord,
  type RaceRound
} from "../../../evals/decisions/index.js";
import {oneLine} from "../../../base/validation/lineText.js";
import {bold, dim, table} from "../../terminal/terminal.js";

/** A race in text: how it ended, and a row a round. */
export function raceText(race: RaceRecord): string {
  const rounds = race.rounds.map((round) => ({...round, text: roundText(round)}));
  const last = race.rounds.at(-1);
  return [
    bold(`${race.eval} · ${race.split.name} split`) + dim(` · race ${race.id} · ${race.scorer}`),
    oneLine(race.outcome?.sentence ?? "The race has not ended."),
    ...(race.outcome?.kind === "stopped" ? [nextText(race)] : []),
    table(rounds, [
      {title: "round", align: "right", value: (row) => row.round},
      {title: "rows", align: "right", value: (row) => row.rows},
      {title: "in", align: "right", value: (row) => row.candidates.length},
      {title: "calls", align: "right", value: (row) => row.calls},
      {title: "new", align: "right", value: (row) => row.newCalls},
      {title: "what happened", text: "prose", value: (row) => row.text}
    ]),
    ...(last?.run === undefined ? [] : [dim(`The scores of the last round: assay runs ${last.run}`)])
  ].join("\n");
}

/** What to do about a race that was stopped. */
function nextText({outcome, rounds}: RaceRecord): string {
  if (rounds.length > 0 && outcome?.best === undefined)
    return "Mend what kept the answers from being scored, and ask again for failed rows with --retry-failed.";
  const how =
    outcome?.why?.startsWith("budget") && !outcome.why.includes("a day (UTC)")
      ? " with a larger --budget-usd"
      : "";
  return `To go on, start it again${how}: what was paid for is kept.`;
}

/** What one round did, in a line. */
export function roundText({standings, dropped, rows, cutShort, grouped}: RaceRound): string {
  const leader = standings.find(({mean}) => mean !== undefined);
  const lead = leader
    ? `${leader.candidate} leads with ${points(leader.mean!)} on ${leader.scored === rows ? "" : `${leader.scored} scored of `}${rows} rows`
    : "no score yet";
  const cut = cutShort
    ? [`cut short, ${rows} of ${cutShort.planned} rows had ended for all (${cutShort.why})`]
    : [];
  return [lead, ...dropped.map((drop) => dropText(drop, grouped)), ...cut].join("; ");
}

function dropText({candidate, why, by, lead}: RaceDrop, grouped: RaceRound["grouped"]): string {
  if (why === "no-scores") return `${candidate} is out: not one of its rows was scored`;
  if (why === "budget" || !lead) return `${candidate} is out`;
  const {estimate, low, high, observations, meanBy, mean} = lead;
  const means =
    meanBy === undefined || mean === undefined ? "" : `, ${points(meanBy)} against ${points(mean)}`;
  return `${candidate} is out: ${by} leads it by ${points(estimate)} (${points(low)} to ${points(high)})${means} where both were scored (${observationsText(observations, grouped)})`;
}
