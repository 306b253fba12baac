import type {DistillationView, StudentView} from "../../site/types.js";
import type {CellValue, ReportData, ReportTable} from "./reportTable.js";

const OF_STUDENT = {distillation: "varchar", student: "varchar"} as const;

/** What the page of distillations shows: students against their teacher, costs, curves, slices, rows. */
export const DISTILLATION_TABLES: readonly ReportTable[] = [
  {
    name: "distillations",
    about: "every distillation that was judged, with its teacher and its margin",
    columns: {
      distillation: "varchar",
      name: "varchar",
      eval: "varchar",
      split: "varchar",
      version: "varchar",
      teacher: "varchar",
      teacher_mean: "double",
      margin: "double",
      max_loss: "double",
      rows: "double",
      clean_rows: "double",
      answered_rows: "double",
      data_usd: "double",
      calls_per_month: "double",
      teacher_usd_per_month: "double",
      advice: "varchar"
    },
    lines: ({distillations: {distillations}}) =>
      distillations.map((one) => [
        ...[one.id, one.name, one.eval, one.split, one.version, one.teacher, one.teacherMean],
        ...[one.margin, one.maxLoss, one.rows, one.cleanRows, one.answeredRows, one.dataUsd],
        ...[one.callsPerMonth, one.teacherUsdPerMonth, one.advice.sentence]
      ])
  },
  {
    name: "distilled_students",
    about: "every student against its teacher on rows that neither learned from, and its cascade",
    columns: {
      ...OF_STUDENT,
      model: "varchar",
      learned: "double",
      mean: "double",
      low: "double",
      high: "double",
      difference: "double",
      difference_low: "double",
      difference_high: "double",
      p_holm: "double",
      verdict: "varchar",
      difference_all: "double",
      first_usd: "double",
      differing_rows: "double",
      signal: "varchar",
      threshold: "double",
      share: "double",
      loss: "double",
      loss_low: "double",
      loss_high: "double",
      cascade_rows: "double"
    },
    lines: (data) =>
      eachStudent(
        data,
        (own, {modelId, learned, mean, low, high, judged, onAll, firstUsd, differing, cascade}) => [
          [
            ...[...own, modelId, learned, mean, low, high],
            ...[judged.difference, judged.low, judged.high, judged.adjustedP, judged.verdict],
            ...[onAll?.difference, firstUsd, differing],
            ...[cascade?.signal, cascade?.threshold, cascade?.share],
            ...[cascade?.loss?.estimate, cascade?.loss?.low, cascade?.loss?.high, cascade?.rows]
          ]
        ]
      )
  },
  {
    name: "distilled_costs",
    about: "every student on every hosting, against its teacher, and from which volume it pays",
    columns: {
      ...OF_STUDENT,
      hosting: "varchar",
      usd_per_month: "double",
      saved_usd_per_month: "double",
      break_even: "double",
      low: "double",
      high: "double",
      cascade_usd_per_month: "double",
      not_known: "varchar"
    },
    lines: (data) =>
      eachStudent(data, (own, {costs}) =>
        costs.map(({hosting, usdPerMonth, savedUsdPerMonth, breakEven, cascadeUsdPerMonth, unknown}) => [
          ...[...own, hosting, usdPerMonth, savedUsdPerMonth],
          ...[breakEven?.requestsPerMonth, breakEven?.low, breakEven?.high].map((n) => n && Math.ceil(n)),
          ...[cascadeUsdPerMonth, unknown.join(", ")]
        ])
      )
  },
  {
    name: "distilled_curves",
    about: "the score of every student by the answers that it learned",
    columns: {...OF_STUDENT, share: "double", rows: "double", mean: "double", low: "double", high: "double"},
    lines: (data) =>
      eachStudent(data, (own, {curve}) =>
        curve.map(({share, rows, mean, low, high}) => [...own, share, rows, mean, low, high])
      )
  },
  {
    name: "distilled_slices",
    about: "every student minus its teacher in each slice",
    columns: {
      ...OF_STUDENT,
      slice: "varchar",
      value: "varchar",
      rows: "double",
      difference: "double",
      low: "double",
      high: "double",
      p_holm: "double"
    },
    lines: (data) =>
      eachStudent(data, (own, {slices}) =>
        slices.map(({slice, value, rows, difference, low, high, adjustedP}) => [
          ...[...own, slice, value, rows, difference, low, high, adjustedP]
        ])
      )
  },
  {
    name: "distilled_rows",
    about: "rows on which a student and its teacher differ, the worst of them",
    columns: {...OF_STUDENT, row_id: "varchar", teacher_score: "double", student_score: "double"},
    lines: (data) =>
      eachStudent(data, (own, {worst}) =>
        worst.map(({row, teacher, student}) => [...own, row, teacher, student])
      )
  },
  {
    name: "models_in_use",
    about: "what every distillation decided on a version of its data",
    columns: {
      name: "varchar",
      judged_at: "varchar",
      version: "varchar",
      outcome: "varchar",
      student: "varchar",
      model: "varchar",
      sentence: "varchar"
    },
    lines: ({history}) =>
      history.kept.map(({distillation, at, version, outcome, kept, sentence}) => [
        ...[distillation, at, version, outcome, kept?.student, kept?.model, sentence]
      ])
  }
];

function eachStudent(
  {distillations}: ReportData,
  lines: (own: CellValue[], student: StudentView, view: DistillationView) => CellValue[][]
): CellValue[][] {
  return distillations.distillations.flatMap((view) =>
    view.students.flatMap((student) => lines([view.id, student.name], student, view))
  );
}
