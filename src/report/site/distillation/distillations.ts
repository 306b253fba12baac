import {
  findRun,
  type DistillationRecord,
  projectPricesOr,
  readDistillations,
  type Store
} from "../../../base/store/index.js";
import {dayOf} from "../../../base/costs/index.js";
import {summariesOf} from "../../../evals/decisions/index.js";
import {
  adviceOf,
  byPreference,
  type DistillationView,
  judgedAgainst,
  replacedBy,
  type StudentView
} from "../../../evals/distillation/index.js";
import {distillationCosts} from "./costsOfStudents.js";
import {studentCascade} from "./studentCascade.js";
import {studentCurves} from "./studentCurves.js";
import type {DistillationsData} from "../types.js";
import {differingRows, lostBySlice} from "./lost.js";
import {judgedRows} from "./judgedRows.js";

/** Every distillation whose run the store has, the newest first; none gives an empty list. */
export async function distillations(store: Store): Promise<DistillationsData> {
  const kept = new Set((await store.runs({archived: true})).map(({id}) => id));
  const found: DistillationView[] = [];
  for (const record of (await readDistillations(store.workspace)).reverse())
    if (kept.has(record.id)) found.push(await distillationView(store, record));
  return {distillations: found};
}

/**
 * What a distillation came to, from the recorded answers of its runs: calls nobody. Students are tested on the rows that none of
 * them, nor the teacher, is known to have learned from, Holm-adjusted over them.
 */
export async function distillationView(store: Store, record: DistillationRecord): Promise<DistillationView> {
  const {workspace} = store;
  const {teacher, students: names, margin, maxLoss, callsPerMonth} = record;
  const runs = await store.runs({archived: true});
  const run = findRun(runs, record.id);
  const rows = await judgedRows(store, run, margin);
  const {table, clean, verdict, unknown} = rows;
  const {judged, onAll} = judgedAgainst(rows, names, teacher);
  const means = new Map(summariesOf(clean).map((one) => [one.candidate, one]));
  const confidence = 1 - (1 - record.confidence) / names.length;
  const {prices} = await projectPricesOr(workspace.project);
  const cascades = await Promise.all(
    names.map((name) =>
      studentCascade(store, run, [name, teacher], {rows: clean.rowIds, maxLoss, confidence})
    )
  );
  const costs = await distillationCosts(store, record, {
    run,
    answers: record.answers.flatMap((id) => runs.filter((one) => one.id === id)),
    choice: {prices, at: dayOf(Date.parse(run.sealedAt))},
    shares: cascades.map(({cascade}) => (cascade?.threshold === undefined ? undefined : cascade.share))
  });
  const curveRun = runs.find(({id}) => id === record.curve);
  const curves = await studentCurves(store, record, {run, curveRun, margin, rows: clean.rowIds, costs});
  const students = await Promise.all(
    names.map(async (name, i): Promise<StudentView> => {
      const {mean, low, high} = means.get(name) ?? {};
      return {
        name,
        ...costs.students[i]!,
        mean,
        low,
        high,
        judged: judged[i]!,
        onAll: onAll?.[i],
        ...cascades[i]!,
        ...curves[i]!,
        slices: await lostBySlice(store, run, table, [name, teacher]),
        ...differingRows(clean, [name, teacher])
      };
    })
  );
  const {chosen, inUse, because} = replacedBy(rows, {
    reference: teacher,
    candidates: byPreference(students).map(({name}) => name),
    inUse: record.inUse
  });
  const view = {
    id: run.id,
    name: record.name,
    eval: record.eval,
    split: run.split.name,
    version: run.dataset.version,
    sealedAt: run.sealedAt,
    scorer: run.primaryScorer,
    scale: verdict.scale,
    teacher,
    teacherMean: means.get(teacher)?.mean,
    margin,
    maxLoss,
    confidence: record.confidence,
    callsPerMonth,
    months: record.horizonMonths,
    rows: table.rowIds.length,
    cleanRows: clean.rowIds.length,
    answeredRows: costs.answeredRows,
    dataUsd: costs.dataUsd,
    teacherUsdPerMonth: costs.teacherUsdPerMonth,
    teacherUnknown: costs.teacherUnknown,
    students,
    risks: risksOf(verdict, unknown),
    inUse: inUse && {name: record.inUse!, judged: inUse, because},
    chosen,
    kept: record.kept
  };
  return {...view, advice: adviceOf(view)};
}

function risksOf(
  {risks, warnings}: {risks: readonly {sentence: string}[]; warnings: readonly string[]},
  unknown: readonly string[]
): string[] {
  return [...new Set([...risks.map(({sentence}) => sentence), ...warnings, ...unknown])];
}
