import {quotedText} from "../text/sqlText.js";

/** What a race's record cannot give. */
export const AS_RUN =
  "startRace of assay made the record, and makes the race again here when other settings are chosen";

/** Each other candidate minus the first one, with its last interval, as the race's record has it. */
export function leadsQuery(race: string, first: string): string {
  return `select second as candidate, round, observations, -lead as difference, -high as low, -low as high
from race_leads
where race = ${quotedText(race)} and first = ${quotedText(first)}
qualify round = max(round) over (partition by second)
order by lead`;
}

/** The interval of one candidate's lead over another, round by round. */
export function leadQuery(race: string, first: string, second: string): string {
  return `select round, rows, observations, lead, low, high
from race_leads
where race = ${quotedText(race)} and first = ${quotedText(first)} and second = ${quotedText(second)}
order by round`;
}

/** How far every candidate ran, and in which round it was dropped. */
export function lanesQuery(race: string): string {
  return `select candidate, max(rows) as rows, max(round) filter (dropped) as dropped_in_round
from race_rounds
where race = ${quotedText(race)}
group by candidate
order by rows desc, candidate`;
}

/** Candidates, drops and calls of every round. */
export function roundsQuery(race: string): string {
  return `select round, rows, count(*) as candidates, count(*) filter (dropped) as dropped, any_value(calls) as calls
from race_rounds
where race = ${quotedText(race)}
group by round, rows
order by round`;
}

/** Who was dropped in which round, with the interval that decided. */
export function dropsQuery(race: string): string {
  return `select candidate, round, rows, mean, why, better, observations, lead, low, high
from race_drops
where race = ${quotedText(race)}
order by round, candidate`;
}

/** The standings of one round. */
export function standingsQuery(race: string, round: number): string {
  return `select candidate, mean, scored, rows, dropped
from race_rounds
where race = ${quotedText(race)} and round = ${round}
order by mean desc`;
}
