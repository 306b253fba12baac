import * as Plot from "@observablehq/plot";
import {html} from "htl";
import {observationsText} from "../../../evals/decisions/points.js";
import {leadOf, type RaceLead} from "../../../evals/decisions/raceLead.js";
import type {RaceRound} from "../../../evals/decisions/raceTypes.js";
import {chart} from "../charts/chart.js";
import {figure} from "../charts/figure.js";
import {intervalMarks} from "../charts/intervalMarks.js";
import {select} from "../inputs/inputs.js";
import type {Provenance} from "../notes/made.js";
import {dataTable} from "../tables/dataTable.js";
import {type PageContent, details, freshId} from "../text/elements.js";
import {countText, formatFor, pluralText} from "../text/format.js";
import {AS_RUN, leadQuery} from "./raceQueries.js";
import type {RaceCourse} from "./raceScores.js";

interface LeadPoint extends RaceLead {
  round: number;
  rows: number;
  grouped: RaceRound["grouped"];
}

const points = formatFor([]);

/** For a candidate that a reader chooses: the interval of the lead over it, round after round, until it went or the race ended. */
export function raceLeads(race: string, course: RaceCourse): PageContent {
  const {rounds, outcome} = course;
  const drops = rounds.flatMap(({dropped}) => dropped);
  const best = outcome?.best ?? rounds.at(-1)?.standings[0]?.candidate;
  const choices = [
    ...drops.flatMap(({candidate, by}) => (by === undefined ? [] : [{candidate, by, out: true}])),
    ...(outcome?.set ?? [])
      .filter((candidate) => candidate !== best)
      .map((candidate) => ({candidate, by: best!, out: false}))
  ].filter(({candidate, by}) => rounds.some((round) => leadOf(round.pairs, by, candidate)));
  if (choices.length === 0) return html`<p>No two candidates had a row with a score in common.</p>`;
  // A story of several rounds, of somebody who had to go if there is one.
  const length = ({by, candidate}: (typeof choices)[number]) =>
    rounds.filter((round) => leadOf(round.pairs, by, candidate)).length;
  const longest = [...choices].sort((a, b) => length(b) - length(a));
  const telling = longest.find((choice) => choice.out && length(choice) > 2) ?? longest[0];
  const which = select(
    choices.map((choice) => ({
      label: `${choice.by} over ${choice.candidate}${choice.out ? "" : " (still in)"}`,
      id: `${choice.by} ${choice.candidate}`,
      value: choice
    })),
    {label: "Lead of", key: "lead", selected: (choice) => choice === telling}
  );
  const id = freshId("leads");
  const place = html`<div id=${id} aria-live="polite"></div>`;
  const show = () => {
    const {candidate, by, out} = which.value;
    const series = rounds.flatMap((round): LeadPoint[] => {
      const lead = leadOf(round.pairs, by, candidate);
      return lead ? [{...lead, round: round.round, rows: round.rows, grouped: round.grouped}] : [];
    });
    const made: Provenance = {
      what: `The mean of ${by} minus that of ${candidate} after every round, with an interval that holds for all rounds together.`,
      n: `${observationsText(series.at(-1)!.observations, series.at(-1)!.grouped)} that both were scored on at the end`,
      term: "always-valid",
      sql: leadQuery(race, by, candidate),
      engine: AS_RUN
    };
    place.replaceChildren(
      figure((width) => drawLeads(series, {candidate, by, out, margin: course.settings.margin, width}), {
        made
      }),
      html`<p class="small">
        The band holds the true lead in all rounds and for all pairs together, except in at most
        ${points.score(course.settings.errorRate)} of races.
        ${out ? `After ${countText(series.at(-1)!.rows)} rows it no longer included zero, and ${candidate} was dropped.` : `At the end of the race it still included zero.`}
        Dashed: the margin.
      </p>`,
      details("The same in numbers", leadTable(series, {by, candidate, made}))
    );
  };
  which.addEventListener("input", (event) => {
    event.stopPropagation();
    show();
  });
  show();
  return [which, place];
}

interface LeadChart {
  candidate: string;
  by: string;
  out: boolean;
  margin: number;
  width: number;
}

function drawLeads(series: readonly LeadPoint[], {candidate, by, out, margin, width}: LeadChart): Element {
  const narrow = width < 560;
  const scaled = (value: number) => points.scale(value);
  const last = series.slice(-1);
  return chart({
    width,
    height: narrow ? 240 : 280,
    marginLeft: 46,
    marginRight: 20,
    marginTop: 24,
    marginBottom: 42,
    ariaLabel: `Lead of ${by} over ${candidate} after each of ${series.length} rounds`,
    x: {
      label: "rows asked about →",
      labelAnchor: "center",
      labelArrow: "none",
      domain: [0, series.at(-1)!.rows],
      ticks: narrow ? 4 : 8,
      nice: true
    },
    y: {label: "lead, points", labelArrow: "none", grid: false, ticks: 6, nice: true},
    marks: [
      Plot.gridY({stroke: "var(--line)", strokeOpacity: 1, ticks: 6}),
      Plot.ruleY([scaled(margin), -scaled(margin)], {stroke: "var(--quiet)", strokeDasharray: "3,3"}),
      Plot.ruleY([0], {stroke: "currentColor"}),
      Plot.areaY(series, {
        x: "rows",
        y1: (one: LeadPoint) => scaled(one.low),
        y2: (one: LeadPoint) => scaled(one.high),
        fill: "var(--accent)",
        fillOpacity: 0.16
      }),
      Plot.lineY(series, {
        x: "rows",
        y: (one: LeadPoint) => scaled(one.low),
        stroke: "var(--accent)",
        strokeOpacity: 0.6
      }),
      Plot.lineY(series, {
        x: "rows",
        y: (one: LeadPoint) => scaled(one.high),
        stroke: "var(--accent)",
        strokeOpacity: 0.6
      }),
      Plot.lineY(series, {
        x: "rows",
        y: (one: LeadPoint) => scaled(one.estimate),
        stroke: "var(--accent)",
        strokeWidth: 2
      }),
      ...intervalMarks(series, {
        upright: true,
        line: "rows",
        at: ({estimate}) => scaled(estimate),
        ends: ({low, high}) => [scaled(low), scaled(high)],
        color: "var(--accent)"
      }),
      out
        ? Plot.dot(last, {
            x: "rows",
            y: (one: LeadPoint) => scaled(one.low),
            symbol: "times",
            r: 6,
            stroke: "var(--text)",
            strokeWidth: 2
          })
        : null
    ],
    values: {
      of: series,
      x: ({rows}) => rows,
      y: ({estimate}) => scaled(estimate),
      text: ({round, rows, estimate, low, high, observations, grouped}) =>
        `round ${countText(round)}, ${pluralText(rows, "row")}\n${points.difference(estimate)} points (${points.differences(low, high)})\non ${observationsText(observations, grouped)}`
    }
  });
}

function leadTable(
  series: readonly LeadPoint[],
  {by, candidate, made}: {by: string; candidate: string; made: Provenance}
): HTMLElement {
  return dataTable(
    series,
    [
      {name: "Round", heading: true, value: ({round}) => countText(round)},
      {name: "Rows", numeric: true, value: ({rows}) => countText(rows)},
      {
        name: series.at(-1)!.grouped ? "Groups compared" : "Rows compared",
        numeric: true,
        value: ({observations}) => countText(observations)
      },
      {name: "Lead, points", numeric: true, value: ({estimate}) => points.difference(estimate)},
      {name: "Interval", numeric: true, value: ({low, high}) => points.differences(low, high)}
    ],
    {caption: `Lead of ${by} over ${candidate}, round by round`, made}
  );
}
