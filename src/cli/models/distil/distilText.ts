import {writerOf} from "../../../evals/decisions/index.js";
import {
  type DistillationView,
  gainText,
  nameInUse,
  paysText,
  type StudentView
} from "../../../evals/distillation/index.js";
import type {KeptRecord} from "../../../base/store/index.js";
import {bold, dim, table} from "../../terminal/terminal.js";

const WORDS = {"non-inferior": "no worse", undecided: "undecided", inferior: "worse"};
const SHOWN = 5;

/** The verdict of a distillation, with what it rests on. */
export function distilText(view: DistillationView): string {
  const {teacher, students, scale, rows, cleanRows, margin} = view;
  const {number, difference} = writerOf(scale);
  const between = ({low, high}: {low?: number; high?: number}) =>
    low === undefined || high === undefined ? undefined : `${number(low)} to ${number(high)}`;
  const clean =
    cleanRows === rows
      ? `${rows} test rows, which nobody learned from`
      : `${cleanRows} of ${rows} test rows: the others are learned from, or may be`;
  const lines = [
    bold(view.advice.sentence),
    dim(`distillation ${view.name} · eval ${view.eval} · ${view.split} split · run ${view.id}`),
    dim(
      `${clean}; no worse means at most ${difference(margin)}, at 95% over ${students.length === 1 ? "the student" : `${students.length} students`}`
    ),
    table(students, [
      {title: "student", text: "name", value: ({name}) => name},
      {title: "learned", align: "right", value: ({learned}) => learned},
      {
        title: view.scorer,
        align: "right",
        value: ({mean}) => (mean === undefined ? undefined : number(mean))
      },
      {
        title: `against ${teacher} (90% CI)`,
        align: "right",
        value: ({judged}) =>
          judged.difference === undefined ? undefined : `${number(judged.difference)} (${between(judged)})`
      },
      {title: "", value: ({judged}) => WORDS[judged.verdict]},
      ...(cleanRows === rows
        ? []
        : [
            {
              title: "on all rows",
              align: "right" as const,
              value: ({onAll}: StudentView) =>
                onAll?.difference === undefined
                  ? undefined
                  : `${number(onAll.difference)}, ${WORDS[onAll.verdict]}`
            }
          ])
    ]),
    "",
    ...students.flatMap((one) => [...studentLines(one, view), ""])
  ];
  const data = view.dataUsd === undefined ? "cost not known" : `$${view.dataUsd.toFixed(4)}`;
  lines.push(dim(`${view.answeredRows} rows answered by ${teacher} to learn from: ${data}`));
  if (view.kept !== undefined)
    lines.push(dim(`in use: model ${view.kept.slice(0, 16)}, as ${nameInUse(view.name)}`));
  lines.push(...view.risks.map((risk) => `! ${risk}`));
  return lines.join("\n");
}

/** Which model each distillation keeps, from verdict to verdict. */
export function keptTable(records: readonly KeptRecord[]): string {
  if (records.length === 0) return "No distillation was judged yet. `assay distil NAME` judges one.";
  return table(records, [
    {title: "distillation", text: "name", value: ({distillation}) => distillation},
    {title: "judged", value: ({at}) => at.slice(0, 10)},
    {title: "version", value: ({version}) => version.slice(0, 8)},
    {title: "", value: ({outcome}) => outcome},
    {
      title: "in use",
      value: ({kept}) => (kept ? `${kept.student} ${kept.model.slice(0, 12)}` : "the teacher")
    },
    {title: "", text: "prose", value: ({sentence}) => sentence}
  ]);
}

function studentLines(one: StudentView, view: DistillationView): string[] {
  const {number, difference} = writerOf(view.scale);
  const {cascade, noCascade, slices, differing, worst} = one;
  const lost = slices.filter((slice) => slice.difference < 0).slice(0, SHOWN);
  return [
    bold(one.name),
    `  cascade: ${
      !cascade
        ? (noCascade ?? "none")
        : cascade.threshold === undefined
          ? `no threshold is shown to lose at most ${difference(view.maxLoss)}: ${view.teacher} answers all`
          : `${one.name} answers ${Math.round(100 * cascade.share)}% of the traffic when its ${cascade.signal} is at least ${Number(cascade.threshold.toPrecision(4))}, at most ${difference(view.maxLoss)} lost with probability ${view.confidence}`
    }`,
    ...one.costs.map((cost) => `  ${paysText(cost, view)}`),
    ...(one.costs.length === 0 ? ["  costs: unknown without a `hosting` of the student"] : []),
    ...[gainText(one, view)].flatMap((text) => (text === undefined ? [] : [`  ${text}`])),
    ...(lost.length === 0
      ? []
      : [
          `  lost most in ${lost.map((slice) => `${slice.slice} ${slice.value} ${number(slice.difference)} (${slice.rows} rows${slice.adjustedP <= 0.05 ? "" : ", not significant"})`).join("; ")}`
        ]),
    differing === 0
      ? "  no row differs in its score"
      : `  ${differing} rows differ in their score, the worst ${worst
          .slice(0, SHOWN)
          .map(({row}) => row)
          .join(", ")}: assay rows ${view.id}`
  ];
}
