import {pairedDifference} from "../../../base/stats/index.js";
import {scoreTable, sharedValues, summariesOf} from "../../../evals/decisions/index.js";
import {listModels} from "../../../weights/models/index.js";
import {type DistillationRecord, modelsDir, type RunManifest, type Store} from "../../../base/store/index.js";
import type {DistillationCosts} from "./costsOfStudents.js";
import type {StudentCurvePoint, StudentView} from "../../../evals/distillation/index.js";

interface CurveInputs {
  run: RunManifest;
  curveRun: RunManifest | undefined;
  margin: number;
  /** Rows that nobody has learned from. */
  rows: readonly string[];
  costs: DistillationCosts;
}

/**
 * Each student's score by the rows that it learned, on the same test rows, and what the last step gained. A student that learns the same
 * whatever the share has no curve. What a doubling gained bounds the next where the curve flattens.
 */
export async function studentCurves(
  store: Store,
  {students, partial}: DistillationRecord,
  {run, curveRun, margin, rows, costs}: CurveInputs
): Promise<Pick<StudentView, "curve" | "gain">[]> {
  if (!curveRun) return students.map(() => ({curve: []}));
  const wanted = new Set(rows);
  const whole = await scoreTable(store, curveRun.id, run.primaryScorer);
  const places = whole.rowIds.flatMap((id, i) => (wanted.has(id) ? [i] : []));
  const pick = <T>(values: readonly T[]) => places.map((i) => values[i]!);
  const table = {
    ...whole,
    rowIds: pick(whole.rowIds),
    values: whole.values.map(pick),
    clusters: whole.clusters && pick(whole.clusters)
  };
  const summaries = new Map(summariesOf(table).map((one) => [one.candidate, one]));
  const models = new Map((await listModels(modelsDir(store.workspace))).map((one) => [one.id, one]));
  const modelOf = (name: string) => curveRun.candidates.find((one) => one.name === name)?.modelId;
  return students.map((student, i) => {
    const full = modelOf(student);
    const steps = [
      ...partial
        .filter((one) => one.student === student && modelOf(one.candidate) !== full)
        .sort((a, b) => a.share - b.share),
      {candidate: student, share: 1}
    ];
    if (steps.length === 1) return {curve: []};
    const curve = steps.flatMap(({candidate, share}): (StudentCurvePoint & {candidate: string})[] => {
      const learned = models.get(modelOf(candidate) ?? "")?.training?.rows;
      const {mean, low, high} = summaries.get(candidate) ?? {};
      return learned === undefined ? [] : [{candidate, share, rows: learned, mean, low, high}];
    });
    const [before, last] = curve.slice(-2);
    const [all, fewer] = last
      ? sharedValues(table, [last.candidate, before!.candidate])
      : [undefined, undefined];
    const clusters = table.clusters?.map((cluster, row) => cluster ?? `row:${table.rowIds[row]}`);
    const found = all && fewer && pairedDifference(all, fewer, {clusters});
    const own = costs.students[i]!;
    return {
      curve: curve.map(({share, rows: learned, mean, low, high}) => ({
        share,
        rows: learned,
        mean,
        low,
        high
      })),
      gain: found && {
        fromRows: before!.rows,
        toRows: last!.rows,
        difference: found.estimate,
        low: found.low,
        high: found.high,
        mayPay: found.high >= margin,
        nextUsd: own.firstUsd
      }
    };
  });
}
