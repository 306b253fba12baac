import {html} from "htl";
import {splitText} from "../../../evals/decisions/points.js";
import type {DistillationView, StudentView, VerdictsData} from "../../site/types.js";
import {linkTo, runRecord} from "../address/address.js";
import {forestPlot, standingLegend} from "../charts/forestPlot.js";
import {tiles} from "../notes/tiles.js";
import {dataTable} from "../tables/dataTable.js";
import {
  badge,
  type BadgeKind,
  details,
  furtherSection,
  hash,
  nothing,
  type PageContent
} from "../text/elements.js";
import {
  countText,
  dollars,
  percentText,
  pluralText,
  pValue,
  type ScoreFormat,
  scoreFormatOf,
  withUnit
} from "../text/format.js";
import {cascadeShares} from "./cascadeShare.js";
import {studentQuery, studentsQuery} from "./distillationQueries.js";
import {studentCosts} from "./studentCosts.js";
import {studentCurve} from "./studentCurve.js";
import {NO_WORSE, noWorseMark, studentForest} from "./studentForest.js";
import {studentRows} from "./studentRows.js";

type AdviceKind = DistillationView["advice"]["kind"];

const ADVICE: Record<AdviceKind, {name: string; badge: BadgeKind; look: string}> = {
  student: {name: "No worse", badge: "good", look: "pick"},
  cascade: {name: "Cascade", badge: "even", look: "tie"},
  teacher: {name: "Teacher stays", badge: "open", look: "need-more"}
};

/** A distillation from its verdict to the rows that decide it; the parts below the verdict are of one student. */
export function distilled(
  view: DistillationView | null,
  name: string | null,
  {runs}: Pick<VerdictsData, "runs">
): Node {
  const student = view?.students.find((one) => one.name === name);
  if (!view || !student) return nothing();
  const format = scoreFormatOf(view);
  const {curve, gain, differing} = student;
  return html`<div>
    ${card(view, format)} ${furtherSection(cascadeTitle(view, student), cascadeShares(view, format))}
    ${furtherSection(costTitle(student), studentCosts(view, student))}
    ${furtherSection(
      curve.length > 1 && gain
        ? `The last ${countText(gain.toRows - gain.fromRows)} answers changed ${student.name} by ${withUnit(format.difference(gain.difference), format)}`
        : "Score against answers learned",
      studentCurve(view, student, format)
    )}
    ${student.slices.length > 0 ? furtherSection(`What ${student.name} loses by slice`, lostSlices(view, student, format)) : null}
    ${furtherSection(
      `${student.name} and ${view.teacher} differ on ${pluralText(differing, "row")}`,
      studentRows(view, student, {format, published: runs.some(({id}) => id === view.id)})
    )}
  </div>`;
}

function card(view: DistillationView, format: ScoreFormat): HTMLElement {
  const {advice, teacher, rows, cleanRows, answeredRows, dataUsd, teacherMean, teacherUsdPerMonth} = view;
  const {name, badge: kind, look} = ADVICE[advice.kind];
  return html`<section class=${`verdict verdict-${look}`} aria-label="Verdict of the distillation">
    <p class="eyebrow">
      ${badge(name, kind)}<span>${view.name}</span><span>${splitText({name: view.split, part: "test"})}</span
      ><span>${view.scorer}</span>
    </p>
    <h2 class="headline">${headline(view)}</h2>
    <p class="sentence lead">${advice.sentence}</p>
    ${[studentForest(view, format)].flat(Infinity as 1)}
    ${tiles([
      {label: teacher, value: format.score(teacherMean), note: `the teacher, ${view.scorer}`, means: "mean"},
      {
        label: "Rows that judge",
        value: countText(cleanRows),
        note:
          cleanRows === rows
            ? "nobody learned from them"
            : `of ${countText(rows)}: the others are learned from, or may be`
      },
      {
        label: "Answers to learn",
        value: countText(answeredRows),
        note: dataUsd === undefined ? "their cost is unknown" : `${dollars(dataUsd)} for the teacher`
      },
      {
        label: `${teacher} a month`,
        value: dollars(teacherUsdPerMonth),
        note: `at ${pluralText(view.callsPerMonth, "request")}`
      }
    ])}
    ${details("The same in numbers", studentTable(view, format))} ${risks(view)}
    <p class="small">
      Judged in the run <a href=${runRecord(view.id)}>${view.id}</a> of ${view.eval}.
      ${view.kept === undefined ? null : html`Kept: <a href=${linkTo("./lineage", {record: `model:${view.kept}`})}>model ${hash(view.kept)}</a>.`}
    </p>
  </section>`;
}

function headline({advice: {kind, student}, teacher}: DistillationView): string {
  if (kind === "student") return `${student} can take the place of ${teacher}`;
  return kind === "cascade" ? `${student} can answer before ${teacher}` : `${teacher} stays`;
}

function cascadeTitle({teacher}: DistillationView, {name, cascade}: StudentView): string {
  return cascade?.threshold === undefined || cascade.share === 0
    ? `No cascade of ${name} and ${teacher} is shown to hold its loss`
    : `${name} can answer ${percentText(cascade.share)} of the traffic first`;
}

function costTitle({name, costs, judged}: StudentView): string {
  const found = costs.flatMap(({breakEven}) =>
    breakEven?.cheaperAbove === "b" ? [breakEven.requestsPerMonth] : []
  );
  return found.length === 0
    ? `What ${name} costs and saves`
    : `${name} ${judged.verdict === "non-inferior" ? "pays" : "would pay"} from ${countText(Math.ceil(Math.min(...found)))} requests a month`;
}

function studentTable(view: DistillationView, format: ScoreFormat): HTMLElement {
  return dataTable(
    view.students,
    [
      {name: "Student", heading: true, value: ({name}) => name},
      {
        name: view.scorer,
        numeric: true,
        value: ({mean, low, high}) => [
          format.score(mean),
          low === undefined ? null : html`<small>${format.interval(low, high)}</small>`
        ]
      },
      {
        name: `Difference, ${format.differenceUnit}`,
        numeric: true,
        value: ({judged}) => format.difference(judged.difference)
      },
      {
        name: "90% interval",
        numeric: true,
        value: ({judged}) => format.differences(judged.low, judged.high)
      },
      {name: "p, Holm", numeric: true, value: ({judged}) => pValue(judged.adjustedP)},
      {name: "Result", value: ({judged}) => noWorseMark(NO_WORSE[judged.verdict])},
      {
        name: "On all rows",
        numeric: true,
        value: ({onAll}) =>
          onAll
            ? [format.difference(onAll.difference), html`<small>${NO_WORSE[onAll.verdict].name}</small>`]
            : null
      },
      {name: "Answers learned", numeric: true, value: ({learned}) => countText(learned)}
    ],
    {
      caption: `Students against ${view.teacher}`,
      highlight: ({name}) => name === view.advice.student,
      cards: true,
      made: {
        what: `The scores of all students and what is shown of them against ${view.teacher}.`,
        n: pluralText(view.cleanRows, "row"),
        term: "distillation",
        sql: studentsQuery(view.id)
      }
    }
  );
}

function risks({risks: found}: DistillationView): PageContent {
  if (found.length === 0) return null;
  return details(
    `What could make it wrong (${countText(found.length)})`,
    html`<ul class="warnings">
      ${found.map((one) => html`<li>${one}</li>`)}
    </ul>`
  );
}

function lostSlices(view: DistillationView, {name, slices}: StudentView, format: ScoreFormat): PageContent {
  const {teacher, margin} = view;
  const lines = slices.map(({slice, value, rows, ...one}) => ({
    ...one,
    rows,
    label: `${slice} ${value}, n ${countText(rows)}`
  }));
  const terms = {margin, alpha: 0.05};
  return [
    forestPlot(lines, {
      ...terms,
      label: `${name} minus ${teacher} in ${pluralText(lines.length, "slice")}`,
      axis: `${name} minus ${teacher}`,
      format,
      made: {
        what: `The mean score of ${name} minus that of ${teacher} in each slice, the greatest loss first.`,
        n: pluralText(view.rows, "row"),
        term: "difference",
        sql: studentQuery("distilled_slices", {distillation: view.id, student: name}, "difference")
      }
    }),
    standingLegend(lines, terms)
  ];
}
