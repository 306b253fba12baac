import * as Plot from "@observablehq/plot";
import {html} from "htl";
import type {DistillationView, StudentCost, StudentView} from "../../site/types.js";
import {figure} from "../charts/figure.js";
import {lineChart} from "../charts/lineChart.js";
import type {Provenance} from "../notes/made.js";
import {dataTable} from "../tables/dataTable.js";
import {badge, code, type PageContent} from "../text/elements.js";
import {countText, dollars, joinedNames, pluralText} from "../text/format.js";
import {studentQuery} from "./distillationQueries.js";

/** What a student costs a month on each hosting, against the teacher, and from which volume it pays. */
export function studentCosts(view: DistillationView, student: StudentView): PageContent {
  const {teacher, callsPerMonth, months, teacherUsdPerMonth, teacherUnknown} = view;
  const {name, costs, firstUsd} = student;
  if (costs.length === 0)
    return html`<p>
      What ${name} costs is unknown. State where it would run, as the ${code("hosting")} of the candidate.
    </p>`;
  const made: Provenance = {
    what: `What ${name} costs a month on each hosting, with what its answers and training cost, and where that falls below the cost of ${teacher}.`,
    n: `the tokens of ${pluralText(view.rows, "row")}, at ${countText(callsPerMonth)} requests a month`,
    term: "break-even",
    sql: studentQuery("distilled_costs", {distillation: view.id, student: name}, "hosting")
  };
  return [
    costBars(view, student, made),
    dataTable(costs, columnsOf(view), {caption: `Costs of ${name} by hosting`, cards: true, made}),
    html`<p class="small">
      ${
        firstUsd === undefined
          ? "What answers, training and evaluation cost together is unknown, not zero."
          : `Answers, training and evaluation cost ${dollars(firstUsd)}. With later trainings this is spread over ${pluralText(months, "month")} and is a part of the amounts above.`
      }
      ${teacherUnknown.length > 0 ? `The cost of ${teacher} is unknown without ${joinedNames(teacherUnknown)}.` : teacherUsdPerMonth === undefined ? null : `${teacher} costs ${dollars(teacherUsdPerMonth)} a month.`}
    </p>`
  ];
}

interface CostBar {
  label: string;
  usd: number;
  color: string;
}

function costBars(view: DistillationView, {name, costs}: StudentView, made: Provenance): PageContent {
  const {teacher, teacherUsdPerMonth} = view;
  const bar = (label: string, usd: number | undefined, color: string) =>
    usd === undefined ? [] : [{label, usd, color}];
  const bars: CostBar[] = [
    ...bar(teacher, teacherUsdPerMonth, "var(--quiet)"),
    ...costs.flatMap(({hosting, usdPerMonth, cascadeUsdPerMonth}) => [
      ...bar(`${name}, ${hosting}`, usdPerMonth, "var(--accent)"),
      ...bar(`${name}, ${hosting}, then ${teacher}`, cascadeUsdPerMonth, "var(--even)")
    ])
  ];
  if (bars.length < 2) return null;
  const heights = {wide: 29, narrow: 44};
  const draw = (width: number) =>
    lineChart(bars, {
      width,
      label: `Cost a month of ${pluralText(bars.length, "choice")}`,
      name: "label",
      axis: (narrow) =>
        narrow ? "US dollars a month" : `US dollars a month at ${countText(view.callsPerMonth)} requests`,
      heights,
      mostName: 300,
      domain: [0, Math.max(...bars.map(({usd}) => usd)) || 1],
      written: ({usd}) => dollars(usd),
      marks: (narrow) => [
        Plot.barX(bars, {
          y: "label",
          x1: 0,
          x2: "usd",
          fill: "color",
          insetTop: narrow ? 18 : 5,
          insetBottom: narrow ? 8 : 5
        })
      ],
      at: ({usd}) => usd,
      text: ({label, usd}) => `${label}\n${dollars(usd)} a month`
    });
  return figure(draw, {
    height: (width) => 54 + bars.length * (width < 560 ? heights.narrow : heights.wide),
    made
  });
}

function columnsOf({teacherUnknown}: DistillationView) {
  const missing = ({unknown}: StudentCost) => [...teacherUnknown, ...unknown];
  return [
    {name: "Hosting", heading: true, value: ({hosting}: StudentCost) => hosting},
    {
      name: "Pays, requests a month",
      numeric: true,
      value: (cost: StudentCost) => [payingText(cost), missing(cost).length > 0 ? "unknown" : null]
    },
    {
      name: "95% interval",
      numeric: true,
      value: ({breakEven}: StudentCost) =>
        breakEven?.low === undefined || breakEven.high === undefined || breakEven.low === breakEven.high
          ? "–"
          : `${countText(Math.ceil(breakEven.low))} to ${countText(Math.ceil(breakEven.high))}`
    },
    {name: "A month", numeric: true, value: ({usdPerMonth}: StudentCost) => dollars(usdPerMonth)},
    {
      name: "Saved a month",
      numeric: true,
      value: ({savedUsdPerMonth: saved}: StudentCost) =>
        saved !== undefined && saved < 0 ? `−${dollars(-saved)}` : dollars(saved)
    },
    {
      name: "With the cascade, a month",
      numeric: true,
      value: ({cascadeUsdPerMonth}: StudentCost) => dollars(cascadeUsdPerMonth)
    },
    {name: "Not known", wide: true, value: (cost: StudentCost) => missing(cost).join(", ")}
  ];
}

/** From or up to which volume a student is cheaper. */
function payingText({breakEven, savedUsdPerMonth, unknown}: StudentCost): PageContent {
  if (unknown.length > 0 || savedUsdPerMonth === undefined) return null;
  if (!breakEven) return savedUsdPerMonth > 0 ? badge("at any volume", "good") : badge("at no volume", "bad");
  return `${breakEven.cheaperAbove === "b" ? "from" : "up to"} ${countText(Math.ceil(breakEven.requestsPerMonth))}`;
}
